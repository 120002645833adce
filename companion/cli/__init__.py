"""The commands: they parse and print, and decide nothing. Each command's own imports wait until it runs, so that `--help` is quick."""

import gc
import os
import sys
from typing import Any, TextIO

import click

import companion
from companion.errors import CompanionError, ReaderGone, SinkError
from companion.tui.terminal import Lasting

_COMMANDS = {
    "demo": "calls:demo",
    "practice": "practice:practice",
    "live": "calls:live",
    "log": "calls:log",
    "replay": "calls:replay",
    "serve": "served:serve",
    "attach": "served:attach",
    "watch": "served:watch",
    "checklist": "checklists:checklist",
    "model": "tools:model",
    "report": "report:report",
    "followups": "followups:followups",
    "token": "tokens:token",
    "database": "database:database",
    "purge": "privacy:purge",
    "forget": "privacy:forget",
    "devices": "devices:devices",
    "doctor": "tools:doctor",
    "config": "tools:config",
}
"""In the order of `--help`: what a newcomer needs first."""

_SELDOM = 100_000
"""New objects until Python looks for garbage while a command loads. What is loaded stays; looking through it is a tenth of a start."""

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it."""


class _Commands(click.Group):
    """Finds a command's module only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name].split(":")
        found: click.Command = getattr(__import__(f"companion.cli.{module}", fromlist=[name]), name)
        return found

    def invoke(self, ctx: click.Context) -> Any:
        try:
            status = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError as error:  # here, since click itself would make it exit status 1
            raise ReaderGone("stdout") from error
        return status


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(companion.__version__, prog_name="companion")
@click.option("--config", "config_file", metavar="FILE", help="Read settings from this file instead of companion.toml.")
@click.pass_context
def cli(ctx: click.Context, config_file: str | None) -> None:
    """Listen to a call with an upset customer, tick a de-escalation checklist while people talk, and say what is still missing.

    \b
    See it at once:            companion demo
    Beside a softphone:        companion live
    A recording, headless:     companion log call.wav --summary
    Old chats in bulk:         companion log - < chats.jsonl > journal.jsonl
    What works here:           companion doctor

    Exit status: 0 done, 1 a fault or a promise overdue, 2 wrong use or rules, 3 source, 4 speech,
    5 records could not be kept, 6 replay differs, 130 Ctrl-C.
    """
    from companion.config import find_file, read_file

    path = find_file(config_file)
    ctx.obj = path
    if path is not None:
        values: dict[str, Any] = read_file(path)
        ctx.default_map = {name: values for name in _COMMANDS} | {
            "checklist": {"try": values},
            "model": {"list": values},
            "database": {"info": values, "rebuild": values, "export": values},
            "token": {"new": values, "list": values, "revoke": values},
        }


def main() -> None:
    """The program: run a command, turn every expected failure into one line on stderr and the documented exit status."""
    gc.set_threshold(_SELDOM, *gc.get_threshold()[1:])
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy would start a thread for each core, which costs more than all our sums
    _keep_to_oneself()
    _take_places()
    stderr, sys.stderr = sys.stderr, Lasting(sys.stderr)
    try:
        sys.exit(_run())
    finally:
        try:
            stderr.flush()
        except OSError:  # else the interpreter would try it once more, and change the exit status
            _let_go_of(stderr)


def _run() -> int:
    """The exit status of a command, once what went wrong is said."""
    try:
        return cli.main(prog_name="companion", standalone_mode=False) or 0
    except click.exceptions.Abort:
        return INTERRUPTED
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "companion"
        message = " ".join(error.format_message().split()).rstrip(".")  # choices come a line each
        print(f"{command}: {message[:1].lower()}{message[1:]}; see '{command} --help'", file=sys.stderr)
        return error.exit_code
    except ReaderGone as error:
        _let_go_of(sys.stdout)  # nothing is wrong, and nobody is left to tell
        return error.exit_code
    except CompanionError as error:
        print(f"companion: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        # A room's outer edge. What is left here is our own output refused: a full disk behind stdout, a terminal that went away.
        _let_go_of(sys.stdout)
        print(f"companion: output: {error.strerror or error}; make room, or send it elsewhere", file=sys.stderr)
        return SinkError.exit_code


def _keep_to_oneself() -> None:
    """Files are their owner's alone, and there are no crash dumps: people's words are in both. Others get in by a folder's default ACL."""
    os.umask(0o077)
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _take_places() -> None:
    """Where stdin, stdout or stderr was closed, let no file or connection of ours get its number, which would then be read or written to.

    Reading from such a stdin and writing to such a stdout fails as it should; what is told to nobody is lost.
    """
    for number, access in enumerate((os.O_WRONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, access)  # the lowest number that is free, and so this one
    sys.stdin = sys.stdin or os.fdopen(0, closefd=False)
    sys.stdout = sys.stdout or os.fdopen(1, "w", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", closefd=False)


def _let_go_of(file: TextIO) -> None:
    """Nothing more must be written there, not even by the interpreter as it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), file.fileno())
