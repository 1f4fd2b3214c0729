"""A class whose objects stay where they are made: methods that nobody calls do not count, where that is safe."""

from __future__ import annotations

import textwrap

from tests.lineage.case import Case, steps

# Of the class that the step uses ``used`` alone, and the edit changes ``other``.
MODEL = """
class Model:
    LIMIT = 3

    def __init__(self, start=1):
        self.start = start

    def used(self, by=1):
        return self.start + by

    def other(self):
        return 10
"""
EDIT = ("helpers.py", "return 10", "return 11")
IMPORT = "import helpers\nfrom helpers import Model"


def _step(name: str, about: str, body: str, expect: str, before: str = "", model: str = MODEL) -> Case:
    """The step is another: what it does with the object."""
    patches = "\n--- patches.py\nimport helpers\nhelpers.Model.used = lambda self: self.other()\n"
    project = f"{patches}--- helpers.py{model}" + steps(textwrap.indent(body, "    ").strip(), f"{IMPORT}\n{before}")
    return Case(name=name, about=about, project=project, edit=EDIT, expect=expect)


def _class(name: str, about: str, expect: str, *edits: tuple[str, str], edit: tuple[str, str, str] = EDIT) -> Case:
    """The class is another. Each of the edits says what stands in it, and what is put there."""
    model = MODEL
    for old, new in edits:
        assert model.count(old) == 1, old
        model = model.replace(old, new)
    project = f"\n--- helpers.py{model}" + steps("return Model(2).used()", IMPORT)
    return Case(name=name, about=about, project=project, edit=edit, expect=expect)


USED = "return self.start + by"

CASES = [
    _step("method_unused", "An object is made in an expression.", "return Model(2).used()", "reuse"),
    _step("method_unused_of_a_name", "An object has a name.", "m = Model(2)\nm.used()\nreturn m.start", "reuse"),
    _step("method_unused_of_a_module", "The class is taken of its module.", "return helpers.Model().used()", "reuse"),
    _step(
        "method_unused_of_a_local_import",
        "The class is imported in the function, by another name.",
        "from helpers import Model as M\nm: M = M(2)\nreturn [m.used(x) for x in range(3)]",
        "reuse",
    ),
    _step("method_used_of_a_name", "The method is called.", "m = Model(2)\nreturn m.other()", "rerun"),
    _step("method_used_at_once", "The method is called, of no name.", "return Model(2).other()", "rerun"),
    _step(
        "method_used_by_a_function_within",
        "A function in the step calls it.",
        "m = Model(2)\ndef inner():\n    return m.other()\nreturn inner()",
        "rerun",
    ),
    _step("method_taken", "The method is taken, and called later.", "f = Model(2).other\nreturn f()", "rerun"),
    _step("method_taken_by_its_owner", "It leads to its object.", "return Model().used.__self__.other()", "rerun"),
    _step(
        "method_by_getattr",
        "It is taken by a text.",
        'm = Model(2)\nreturn getattr(m, "oth" + "er")() + m.used()',
        "rerun",
    ),
    _step("method_by_a_constant_text", "It is taken by a text.", 'return getattr(Model(2), "other")()', "rerun"),
    _step(
        "method_by_a_library",
        "A library calls it.",
        'import operator\nm = Model(2)\nm.used()\nreturn operator.methodcaller("other")(m)',
        "rerun",
    ),
    _step(
        "object_handed_to_a_function",
        "A function of the project gets the object.",
        "m = Model(2)\nm.used()\nreturn asked(m)",
        "rerun",
        before="def asked(one):\n    return one.other()",
    ),
    _step(
        "object_in_a_list",
        "The object is put in a list.",
        "several = [Model(2)]\nreturn several[0].other()",
        "rerun",
    ),
    _step(
        "object_with_two_names",
        "The object gets another name.",
        "m = Model(2)\nn = m\nm.used()\nreturn n.other()",
        "rerun",
    ),
    _step(
        "name_of_two_objects",
        "The name is one of another object, too.",
        "m = Model(2)\nm.used()\nfor m in [Model(3)]:\n    pass\nreturn m.other()",
        "rerun",
    ),
    _step(
        "object_by_locals",
        "All local variables are handed on.",
        "m = Model(2)\nm.used()\nreturn locals()['m'].other()",
        "rerun",
    ),
    _step(
        "object_by_a_text",
        "A text is computed that names the object.",
        'm = Model(2)\nm.used()\nreturn eval("m.oth" + "er()")',
        "rerun",
    ),
    _step(
        "object_in_a_format",
        "A format takes a property of the object by a text.",
        'm = Model(2)\nm.used()\nreturn "{0.other}".format(m)',
        "rerun",
        model=MODEL.replace("    def other", "    @property\n    def other"),
    ),
    _step(
        "object_from_a_function_of_the_module",
        "Another function makes an object and hands it out.",
        "Model(2).used()\nreturn made().other()",
        "rerun",
        before="def made():\n    return Model(3)",
    ),
    _step(
        "object_of_a_module",
        "The module has an object of the class.",
        "Model(2).used()\nreturn MODEL.other()",
        "rerun",
        before="MODEL = Model(3)",
    ),
    _step(
        "object_of_a_default",
        "An object is a default.",
        "Model(2).used()\nreturn asked()",
        "rerun",
        before="def asked(one=Model()):\n    return one.other()",
    ),
    _step(
        "subclass_calls_it",
        "A class that is derived from it calls the method.",
        "Model(2).used()\nreturn Other(2).more()",
        "rerun",
        before="class Other(Model):\n    def more(self):\n        return self.other()",
    ),
    _step(
        "method_replaced_by_another_module",
        "Another module puts a function in the class that calls the method.",
        "return Model(2).used()",
        "rerun",
        before="import patches",
    ),
    _step(
        "object_in_a_with",
        "The object is entered.",
        "with Model(2) as m:\n    return m.other()",
        "rerun",
        model=MODEL + "    def __enter__(self):\n        return self\n    def __exit__(self, *_):\n        pass\n",
    ),
    _step(
        "object_added",
        "A special method gets another object of the class.",
        "return Model(2) + Model(3)",
        "rerun",
        model=MODEL + "    def __add__(self, more):\n        return self.start + more.other()\n",
    ),
    _step(
        "name_in_a_walrus",
        "The object gets its name in an expression.",
        "(m := Model(2)).used()\nreturn m.other()",
        "rerun",
    ),
    _step(
        "name_shared_with_a_function_within",
        "A function within gives the name another object.",
        "m = Model(2)\ndef again():\n    nonlocal m\n    m = helpers.Model(3)\nagain()\nreturn m.other()",
        "rerun",
    ),
    _step(
        "name_of_the_module",
        "The name is one of the module.",
        "global m\nm = Model(2)\nm.used()\nreturn asked()",
        "rerun",
        before="m = None\ndef asked():\n    return m.other()",
    ),
    _class("method_called_by_another", "The method that is used calls it.", "rerun", (USED, "return self.other()")),
    _class(
        "method_called_by_a_special_one",
        "The object calls it when it is made.",
        "rerun",
        ("self.start = start", "self.start = self.other()"),
    ),
    _class(
        "object_handed_on",
        "The method that is used hands its object on.",
        "rerun",
        (USED, "return hand(self)"),
        ("class Model", "def hand(model):\n    return model.other()\n\nclass Model"),
    ),
    _class(
        "object_kept_by_itself", "An object keeps itself.", "rerun", (USED, "self.me = self; return self.me.other()")
    ),
    _class("class_of_an_object", "It makes another of its class.", "rerun", (USED, "return self.__class__().other()")),
    _class(
        "object_by_super",
        "It is found above the class.",
        "rerun",
        (USED, 'return super().__getattribute__("oth" + "er")()'),
    ),
    _class(
        "method_by_a_name_in_the_class",
        "It has another name.",
        "rerun",
        ("    def other", "    def used(self):\n        return self._other()\n\n    def _other"),
        ("return 10", "return 10\n\n    _other2 = _other"),
    ),
    _class(
        "method_as_a_default",
        "It is a default of another.",
        "rerun",
        (
            "    def used(self, by=1):\n        return self.start + by\n\n    def other(self):\n        return 10",
            "    def other(self):\n        return 10\n\n    def used(self, by=other):\n        return by(self)",
        ),
    ),
    _class(
        "method_of_a_private_name",
        "A name that Python completes.",
        "rerun",
        (USED, "return self._Model__other()"),
        ("def other", "def __other"),
    ),
    _class(
        "property_calls_it",
        "A property that is looked at calls it.",
        "rerun",
        (USED, "return self.size"),
        ("    def other", "    @property\n    def size(self):\n        return self.other()\n\n    def other"),
    ),
    _class(
        "special_method_for_any_attribute",
        "An attribute that is not there is made of it.",
        "rerun",
        (USED, "return self.absent"),
        ("    def other", "    def __getattr__(self, name):\n        return self.other()\n\n    def other"),
    ),
    _class(
        "method_that_a_decorator_hears_of",
        "A decorator of the project keeps all methods.",
        "rerun",
        ("class Model", "KEPT = []\ndef kept(f):\n    KEPT.append(f)\n    return f\n\nclass Model"),
        ("    def other", "    @kept\n    def other"),
        (USED, "return KEPT[0](self)"),
    ),
    _class(
        "decorator_that_gets_the_object",
        "A decorator of what is used calls it.",
        "rerun",
        ("class Model", "def more(f):\n    return lambda self: self.other() + f(self)\n\nclass Model"),
        ("    def used", "    @more\n    def used"),
    ),
    _class(
        "descriptor_of_the_class",
        "A descriptor gets the object.",
        "rerun",
        ("class Model", "class Field:\n    def __get__(self, one, kind):\n        return one.other()\n\nclass Model"),
        ("LIMIT = 3", "LIMIT = Field()"),
        (USED, "return self.LIMIT"),
    ),
    _class(
        "default_of_the_method",
        "The default of an unused method is computed.",
        "rerun",
        ("class Model", "LOG = []\n\nclass Model"),
        ("def other(self)", "def other(self, at=LOG.append(7))"),
        (USED, "return LOG"),
        edit=("helpers.py", "append(7)", "append(8)"),
    ),
    _class(
        "unused_method_is_added",
        "A method comes that nobody calls.",
        "reuse",
        edit=("helpers.py", "    def other", "    def more(self):\n        return 5\n\n    def other"),
    ),
    _class(
        "unused_method_becomes_a_special_one",
        "Python calls it, then.",
        "rerun",
        ("def other(self)", "def other(self, *_)"),
        (USED, "return self[2]"),
        ("    def used", "    def __getitem__(self, key):\n        return 1\n\n    def used"),
        edit=("helpers.py", "def other(self, *_)", "def __getitem__(self, *_)"),
    ),
    _class(
        "used_method_is_edited",
        "The method is edited that is called.",
        "rerun",
        edit=("helpers.py", USED, "return self.start + by + 1"),
    ),
    _class(
        "data_of_the_class_is_edited",
        "A field of the class is edited.",
        "rerun",
        (USED, "return self.LIMIT"),
        edit=("helpers.py", "LIMIT = 3", "LIMIT = 4"),
    ),
    _class(
        "unused_method_of_a_static_one",
        "A static method is called.",
        "reuse",
        (USED, "return self.twice(2)"),
        ("    def other", "    @staticmethod\n    def twice(x):\n        return 2 * x\n\n    def other"),
    ),
    _class(
        "method_of_a_class_method",
        "A class method makes another object.",
        "rerun",
        (USED, "return self.made().other()"),
        ("    def other", "    @classmethod\n    def made(cls):\n        return cls(5)\n\n    def other"),
    ),
    _class(
        "two_methods_of_one_name",
        "A later one takes the place.",
        "rerun",
        ("    def other", "    def used(self):\n        return self.other()\n\n    def other"),
    ),
    _class(
        "setter_calls_it",
        "An attribute is set, which a property hears of.",
        "rerun",
        (USED, "self.size = 2; return self.start"),
        (
            "    def other",
            "    @property\n    def size(self):\n        return 1\n\n    @size.setter\n"
            "    def size(self, value):\n        self.start = self.other()\n\n    def other",
        ),
    ),
]
