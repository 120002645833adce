"""A table as a file for other programs: CSV, JSON Lines, Parquet."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from companion.errors import ConfigError, SinkError
from companion.sinks.schema import metadata

_AT_ONCE = 20_000
"""Rows in memory at most, where a format gathers them."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet runs a cell that begins so; an apostrophe makes it text (OWASP, "CSV Injection")."""


def export(table: str, rows: Iterable[Sequence[Any]], form: str, file: BinaryIO) -> int:
    """Write the columns' names and the rows that follow them; how many rows there were.

    Args:
        table: its name in `companion.sinks.schema`.
        rows: as `Store.rows` gives them.
        form: `csv`, `jsonl` or `parquet`.
        file: open for writing bytes.

    Raises:
        ConfigError: the format's library is not installed.
    """
    lines = iter(rows)
    names = [str(name) for name in next(lines)]
    if form == "parquet":
        return _parquet(table, names, lines, file)
    return {"csv": _csv, "jsonl": _jsonl}[form](names, lines, file)


def export_to(path: Path, table: str, rows: Iterable[Sequence[Any]], form: str) -> int:
    """The same into a file, which stays as it was until all is written.

    Raises:
        ConfigError: as `export`.
        SinkError: the file cannot be written.
    """
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as file:
            count = export(table, rows, form, file)
        part.replace(path)
    except OSError as error:
        raise SinkError(f"{path}: cannot be written: {(error.strerror or str(error)).lower()}; name another file") from error
    finally:
        part.unlink(missing_ok=True)
    return count


def _csv(names: Sequence[str], rows: Iterator[Sequence[Any]], file: BinaryIO) -> int:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    count = 0
    try:
        lines = csv.writer(text)
        lines.writerow(names)
        for row in rows:
            lines.writerow(map(_cell, row))
            count += 1
    finally:
        text.detach()  # or it would close the file, which is not ours
    return count


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value.isoformat() if isinstance(value, datetime) else value


def _jsonl(names: Sequence[str], rows: Iterator[Sequence[Any]], file: BinaryIO) -> int:
    count = 0
    for row in rows:
        file.write(msgspec.json.encode(dict(zip(names, row, strict=True))) + b"\n")
        count += 1
    return count


def _parquet(table: str, names: Sequence[str], rows: Iterator[Sequence[Any]], file: BinaryIO) -> int:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise ConfigError("--format parquet: pyarrow is not installed; pip install 'companion[parquet]'") from None
    kinds = {"Text": pyarrow.string(), "Integer": pyarrow.int64(), "BigInteger": pyarrow.int64(), "Double": pyarrow.float64()}
    kinds |= {"Boolean": pyarrow.bool_(), "Date": pyarrow.date32(), "DateTime": pyarrow.timestamp("us", tz="UTC")}
    columns = metadata.tables[table].columns
    schema = pyarrow.schema([(name, kinds[type(columns[name].type).__name__]) for name in names])
    count = 0
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        while some := list(islice(rows, _AT_ONCE)):
            arrays = [pyarrow.array(column, field.type) for column, field in zip(zip(*some, strict=True), schema, strict=True)]
            writer.write_table(pyarrow.table(arrays, schema=schema))
            count += len(some)
    return count
