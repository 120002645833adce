"""Where text and real voices come from: public repositories, each at one commit, read through git."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


class RecipeError(Exception):
    """Something outside is not as the recipe needs it: *where: what is wrong; what to do*."""


@dataclass(frozen=True)
class Source:
    """A public repository at a commit."""

    name: str
    url: str
    commit: str
    licence: str
    gives: str


STAR = Source(
    "STAR",
    "https://github.com/RasaHQ/STAR",
    "3058975092cdd09798e4a3a9e4ae135755824545",
    "MIT",
    "dialogues of people playing customer and desk",
)
MULTIDOGO = Source(
    "MultiDoGO",
    "https://github.com/awslabs/multi-domain-goal-oriented-dialogues-dataset",
    "baa30639c4b271f394b81443c842193407cdf26d",
    "CDLA-Permissive-1.0",
    "what customers wrote in six trades",
)
DSTC11 = Source(
    "DSTC11",
    "https://github.com/amazon-science/dstc11-track2-intent-induction",
    "969b95a0d7365fbc6cd0e05989f1be6b44e6680c",
    "Apache-2.0",
    "utterances in the submissions",
)
ABCD = Source(
    "ABCD",
    "https://github.com/asappresearch/abcd",
    "6b8700ce67c6b37b062dd7a60abc76d7ef832a97",
    "MIT",
    "the sample of its chats, and its guidelines",
)
PICOVOICE = Source(
    "Picovoice",
    "https://github.com/Picovoice/speech-to-intent-benchmark",
    "47b1ca63afe4f08cb83e1f70fec16764879bd130",
    "Apache-2.0",
    "619 spoken coffee orders of more than 50 people, and the wording they followed",
)
SOURCES = (STAR, MULTIDOGO, DSTC11, ABCD, PICOVOICE)


class Mirrors:
    """A folder of git repositories, one for each source, under its name; what is not there is fetched."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self, source: Source) -> "Repository":
        """The source's repository.

        Raises:
            RecipeError: it is not in the folder, and cannot be fetched.
        """
        path = self._folder / source.name
        if not path.exists():
            path.mkdir(parents=True)
            try:
                _git(path, "init", "--quiet", "--bare")
                _git(path, "fetch", "--quiet", "--depth=1", source.url, source.commit)
            except RecipeError:
                _emptied(path)
                raise
        return Repository(path, source.commit)


class Repository:
    """The files of one repository at one commit; no work tree is needed."""

    def __init__(self, path: Path, commit: str) -> None:
        self._path, self._commit = path, commit

    def read(self, path: str) -> str:
        """A file's text."""
        return _git(self._path, "show", f"{self._commit}:{path}").decode("utf-8", errors="ignore")

    def files(self, under: str) -> Iterator[tuple[str, bytes]]:
        """The files under a folder, by path. One whose content the repository lacks is left out."""
        listed = _git(self._path, "ls-tree", "-r", "--full-tree", self._commit, under).decode("utf-8").splitlines()
        entries = [(line.split("\t")[1], line.split()[2]) for line in listed]
        with subprocess.Popen(["git", "-C", str(self._path), "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as git:
            assert git.stdin is not None
            assert git.stdout is not None
            for path, digest in entries:
                git.stdin.write(f"{digest}\n".encode())
                git.stdin.flush()
                head = git.stdout.readline().split()
                if head[1:] == [b"missing"]:
                    continue
                content = git.stdout.read(int(head[2]))
                git.stdout.read(1)
                yield path, content
            git.stdin.close()


def _git(path: Path, *command: str) -> bytes:
    done = subprocess.run(["git", "-C", str(path), *command], capture_output=True, check=False)
    if done.returncode:
        said = done.stderr.decode("utf-8", errors="replace").strip().splitlines() or ["it failed"]
        raise RecipeError(f"{path}: git {command[0]}: {said[-1]}; give a folder with clones of the sources (--mirrors)")
    return done.stdout


def _emptied(folder: Path) -> None:
    """Take away what a fetch that failed has left."""
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    folder.rmdir()
