"""How peers are measured: prepare once, then answer each line of stdin with one line of JSON on stdout."""
import json
import os
import sys
import time
from pathlib import Path

# stdout carries answers and nothing else: what libraries print goes to stderr.
_answers = sys.stdout
sys.stdout = sys.stderr

WORK = json.loads(sys.argv[1])
THREADS = os.cpu_count()


def serve(turn):
    """`turn` does the work once and returns its figures: {"seconds": 0.5, …}."""
    _answer({})
    for _ in sys.stdin:
        _answer(turn())


def timed(run):
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def peak_beyond(run):
    """Seconds of `run`, and by how many bytes memory rose above where it stood before."""
    Path("/proc/self/clear_refs").write_text("5")
    before = _status("VmRSS")
    seconds = timed(run)
    return {"seconds": seconds, "peakBytes": _status("VmHWM") - before}


def _status(field):
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) * 1024


def _answer(figures):
    print(json.dumps(figures), file=_answers, flush=True)
