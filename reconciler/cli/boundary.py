"""The error boundary: exit codes of ARCHITECTURE §6, and one clear message for everything that can go wrong."""

from __future__ import annotations

import gc
import os
import sys
from typing import NoReturn

import click

from reconciler import __version__
from reconciler.cli.verbs import Verbs
from reconciler.commands.actions import guard_streams
from reconciler.commands.log_lines import is_json, tell, tell_error
from reconciler.commands.options import log_format
from reconciler.errors import ReconcilerError

INTERRUPTED = 130


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@log_format
@click.version_option(__version__, prog_name="reconciler")
def program() -> None:
    """Declarative config-as-code for data governance on Genesys Cloud.

    Describe purposes and flex schemas in YAML; `reconciler plan` shows what would change and what is unsafe, and
    `reconciler apply` makes it so without losing anybody's work.

    \b
    Try it, no credentials needed:
      reconciler demo
    Check manifests in a pull request:
      reconciler validate && reconciler plan
    Apply what was reviewed:
      reconciler plan --out plan.json && reconciler apply plan.json
    """


def main() -> NoReturn:
    """Run the command line and exit."""
    # A run makes many long-lived values and few circles: looking for circles took two thirds of reading a ledger.
    gc.set_threshold(100_000, 50, 50)
    guard_streams()
    try:
        code = program.main(prog_name="reconciler", standalone_mode=False) or 0  # what a verb hands to `ctx.exit`
    except click.ClickException as error:
        _refused(error)
        code = 1
    except (KeyboardInterrupt, click.exceptions.Abort):
        _interrupted()
    except ReconcilerError as error:
        code = _told(error)
    except Exception as error:
        code = _bug(error)
    _leave(code)


def _refused(error: click.ClickException) -> None:
    """A slip on the command line, as click tells it, with how to use the verb."""
    if is_json():
        tell(error.format_message(), level="error", exit_code=1)
    else:
        error.show()


def _interrupted() -> NoReturn:
    tell("Interrupted.", level="error", exit_code=INTERRUPTED)
    _flush()
    os._exit(INTERRUPTED)  # an orderly end would wait for the calls that are under way


def _told(error: ReconcilerError) -> int:
    """Say what went wrong, unless the command already has; a log has it in any case."""
    if not error.told or is_json():
        tell_error(error)
    return error.exit_code


def _bug(error: Exception) -> int:
    """An error that nobody foresaw. Its text may hold anything, so only its kind and place are shown."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else "unknown place"
    what = f"Internal error: {type(error).__name__} at {place}. This is a bug in reconciler; please report it."
    tell(what, level="error", exit_code=1)
    if os.environ.get("RECONCILER_TRACEBACK"):
        raise error
    return 1


def _leave(code: int) -> NoReturn:
    _flush()
    sys.exit(code)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:  # the reader went away, as in `| head`: the interpreter's own flush must not complain
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
