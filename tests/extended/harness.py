"""Counts checks. A check is a function that returns (passed), raises Failed or Skipped; each prints one line."""
import subprocess
import sys
import time
import traceback

passed = failed = skipped = 0


class Failed(Exception):
    pass


class Skipped(Exception):
    pass


def ensure(condition, message):
    if not condition:
        raise Failed(message)


def same(what, ours, theirs):
    """Byte for byte; the message shows the first place where the two differ."""
    if ours == theirs:
        return
    if not isinstance(ours, (bytes, str)) or not isinstance(theirs, (bytes, str)):
        raise Failed(f"{what}: {ours!r} here, {theirs!r} there")
    at = next((i for i, (a, b) in enumerate(zip(ours, theirs)) if a != b), min(len(ours), len(theirs)))
    begin = max(0, at - 40)
    raise Failed(
        f"{what} differs at byte {at} of {len(ours)}/{len(theirs)}:"
        f" {ours[begin:at + 80]!r} here, {theirs[begin:at + 80]!r} there"
    )


def check(name, function, *arguments):
    """Runs one check and prints its line. Returns what the function returned, or None."""
    global passed, failed, skipped
    begin = time.monotonic()
    try:
        result = function(*arguments)
    except Skipped as reason:
        skipped += 1
        line(f"skip  {name}: {reason}")
    except Failed as reason:
        failed += 1
        line(f"FAIL  {name}: {short(str(reason))}")
    except subprocess.TimeoutExpired as late:
        failed += 1
        line(f"FAIL  {name}: {short(str(late))}")
    except Exception:
        failed += 1
        line(f"FAIL  {name}: the check itself broke\n{traceback.format_exc()}")
    else:
        passed += 1
        seconds = time.monotonic() - begin
        line(f"ok    {name}" + (f" ({result})" if isinstance(result, str) else "") + (f" {seconds:.1f} s" if seconds > 2 else ""))
        return result
    return None


def short(text):
    return text if len(text) <= 900 else text[:600] + " […] " + text[-250:]


def line(text):
    print(text, flush=True)


def group(name, function):
    line(f"\n== {name}")
    begin = time.monotonic()
    try:
        function()
    except Skipped as reason:
        check(name, _skip, reason)
    except Exception:
        check(name, _broken, traceback.format_exc())
    line(f"== {name}: {time.monotonic() - begin:.0f} s")


def _skip(reason):
    raise reason


def _broken(trace):
    raise Failed("the group broke off\n" + trace)


def finish():
    line(f"\n{passed} passed, {failed} failed, {skipped} skipped")
    sys.exit(1 if failed else 0)
