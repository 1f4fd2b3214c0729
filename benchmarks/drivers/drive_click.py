"""What is run of a package: steps, each with fixed inputs."""

import click
from click.testing import CliRunner

from saltern import step


@click.group(invoke_without_command=True)
@click.option("--loud/--quiet", default=False, help="How loud.")
@click.pass_context
def cli(ctx, loud):
    """The works."""
    ctx.obj = loud


@cli.command()
@click.argument("names", nargs=-1, required=True)
@click.option("-n", "--number", type=click.IntRange(1, 5), default=2, show_default=True)
@click.option("--kind", type=click.Choice(["a", "b"]), multiple=True, envvar="KIND")
@click.option("--secret", prompt=True, hide_input=True, default="x")
@click.pass_obj
def boil(loud, names, number, kind, secret):
    """Boil some NAMES for long, and for longer if they are still wet after a while in the pan."""
    click.echo(f"{loud} {names} {number} {kind} {secret}")
    click.secho("done", fg="green", bold=True)


def run(*words, **options):
    result = CliRunner().invoke(cli, words, **options)
    return result.exit_code, result.output


@step(version="1", writes="json")
def commands():
    return [run("boil", "a", "b", "-n", "3", "--kind", "a"), run("--loud", "boil", "c", color=True)]


@step(version="1", writes="json")
def helps():
    return [run("--help"), run("boil", "--help")]


@step(version="1", writes="json")
def refused():
    return [run("boil"), run("boil", "a", "-n", "9"), run("bail"), run("boil", "a", "--kind", "z"), run("--lout")]


@step(version="1", writes="json")
def words():
    return [
        click.style("x", fg="red", underline=True),
        click.unstyle(click.style("x", fg="red")),
        click.format_filename(b"a/b", shorten=True),
        click.formatting.wrap_text("some text that is to be wrapped somewhere", 20),
    ]
