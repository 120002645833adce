#!/usr/bin/env bash
# Build the wheel, install it in an empty environment away from the checkout, and run what a stranger would run first.
set -euo pipefail
cd "$(dirname "$0")/.."
PYTHON=${PYTHON:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$PYTHON" -m venv "$work/venv"
"$work/venv/bin/pip" install -q build
"$work/venv/bin/python" -m build -q --outdir "$work/dist" . >/dev/null
"$PYTHON" -m venv "$work/clean"
"$work/clean/bin/pip" install -q "$work"/dist/*.whl
export HOME="$work/home"
mkdir -p "$HOME"
cd "$HOME"
companion="$work/clean/bin/companion"
"$companion" --version
"$companion" checklist check >/dev/null
"$companion" practice --check >/dev/null
"$companion" practice --list | grep -c . | grep -qx 10
"$companion" demo --chat --headless >chat.jsonl
"$companion" demo --headless >call.jsonl
"$companion" replay call.jsonl --check
"$companion" replay chat.jsonl --check
for step in heard_fully paraphrased acknowledged_feelings apologized offered_choices gave_timeline; do
  grep -q "\"step_changed\",\"step\":\"$step\",\"state\":\"done\"" call.jsonl || { echo "the installed demo does not tick $step" >&2; exit 1; }
done
tar -tzf "$work"/dist/*.tar.gz | grep -c 'starter/am/final.mdl\|checklists/complaint.yaml\|demo/call4_everything.flac' | grep -qx 3
echo "the wheel works: $(basename "$work"/dist/*.whl), $(du -h "$work"/dist/*.whl | cut -f1)"
