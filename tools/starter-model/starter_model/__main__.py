"""The command: `python -m starter_model --work DIR --out MODEL`."""

import argparse
import sys
from pathlib import Path

from .recipe import FULL, TOY, Recipe
from .sources import Mirrors, RecipeError


def main() -> int:
    """Make a model, or judge some."""
    parser = argparse.ArgumentParser(prog="starter_model", description="Make companion's starter model.")
    parser.add_argument("--work", type=Path, required=True, help="folder for all that is made on the way; what is there is not made again")
    parser.add_argument("--out", type=Path, help="folder of the model")
    parser.add_argument(
        "--mirrors", type=Path, help="folder of the sources' repositories, by name (default: WORK/mirrors); missing ones are fetched"
    )
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--from", dest="start", type=Path, metavar="MODEL", help="train the net of this model further, instead of a new one")
    way.add_argument("--toy", action="store_true", help="a dozen sentences, three voices, a minute")
    parser.add_argument("--measure", type=Path, nargs="*", default=[], metavar="MODEL", help="show the word errors of these models too")
    args = parser.parse_args()
    mirrors = None if args.toy else Mirrors(args.mirrors or args.work / "mirrors")
    recipe = Recipe(TOY if args.toy else FULL, args.work, mirrors, args.start, lambda text: print(text, flush=True))
    try:
        if args.out is not None:
            recipe.make(args.out)
        if models := [*([args.out] if args.out else []), *args.measure]:
            recipe.measure(models)
    except RecipeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
