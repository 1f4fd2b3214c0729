"""What is run of a package: steps, each with fixed inputs."""

import pyparsing as pp

from saltern import step


@step(version="1", writes="json")
def arithmetic():
    number = pp.common.number()
    calc = pp.infix_notation(
        number,
        [("-", 1, pp.OpAssoc.RIGHT), (pp.one_of("* /"), 2, pp.OpAssoc.LEFT), (pp.one_of("+ -"), 2, pp.OpAssoc.LEFT)],
    )
    return [calc.parse_string(text).as_list() for text in ("1+2*3", "-(4-5)/6", "7")]


@step(version="1", writes="json")
def records():
    name = pp.Word(pp.alphas, pp.alphanums + "_")("name")
    value = (pp.QuotedString('"', esc_char="\\") | pp.Regex(r"\d+").set_parse_action(lambda t: int(t[0])))("value")
    pair = pp.Group(name + pp.Suppress("=") + value)
    grammar = pp.OneOrMore(pair)("pairs") + pp.Optional(pp.Literal(";")) + pp.StringEnd()
    grammar.ignore(pp.python_style_comment)
    found = grammar.parse_string('a = 1 b_2 = "x\\"y" # no\n c = 33 ;')
    return [found.as_list(), found.as_dict(), found.pairs[0].name, found.dump(), str(grammar)]


@step(version="1", writes="json")
def searching():
    word = pp.Word(pp.nums)
    nested = pp.nested_expr("(", ")")
    block = pp.IndentedBlock(pp.Word(pp.alphas))
    return [
        [one.as_list() for one in word.search_string("a 1 b 22")],
        word.copy().set_parse_action(lambda t: "<" + t[0] + ">").transform_string("a 1 b 22"),
        nested.parse_string("(a (b c) d)").as_list(),
        block.parse_string("a\nb\n").as_list(),
        list(pp.DelimitedList(word).parse_string("1,2, 3")),
        (pp.Keyword("if") ^ pp.Word(pp.alphas)).parse_string("iffy").as_list(),
        pp.counted_array(word).parse_string("2 7 8 9").as_list(),
        (pp.SkipTo(";") + ";").parse_string("abc;").as_list(),
        (~pp.Literal("a") + pp.Word(pp.alphas)).matches("abc"),
        pp.Dict(pp.Group(pp.Word(pp.alphas) + word)[...]).parse_string("a 1 b 2").as_dict(),
        (pp.Word("a") & pp.Word("b")).parse_string("b a").as_list(),
    ]


@step(version="1", writes="json")
def refused():
    found = []
    for text in ("1 +", "x", "1 2"):
        try:
            (pp.Word(pp.nums) + pp.Literal("+") - pp.Word(pp.nums)).parse_string(text, parse_all=True)
        except pp.ParseBaseException as error:
            found.append([str(error), error.loc, error.explain(depth=0)])
    return found
