"""CPU levels and fallbacks, on machines that qemu plays: older CPU models, models without single features, and what
says a program that does not fit. Which version ran is seen in the report of a trap: its offsets are those of the code."""
import os
import re
import statistics
import subprocess

import figures
import tools
from harness import Failed, Skipped, check, ensure, same
from tools import ROOT, WORK, pack

QEMU = "qemu-x86_64-static"
STUBS = ["x86_64-linux-compiler"]

# Computes with everything that the levels differ in, prints nothing, and traps with a stack of two functions. `main` does
# the computing itself, so that the offset of its call tells which version runs.
MODULE = """(module
  (memory (export "memory") 1)
  (global $x (mut i64) (i64.const 0x0000123456789000))
  (global $v (mut i64) (i64.const 0x0505050503030303))
  (func $main (export "_start")
    (if (i64.ne
        (i64.add (i64.clz (global.get $x)) (i64.add (i64.ctz (global.get $x)) (i64.add (i64.popcnt (global.get $x))
          (i64.and (i64.xor (global.get $x) (i64.const -1)) (i64.shl (global.get $x) (i64.const 7))))))
        (i64.const 2542118799147054)) (then (call $wrong)))
    (if (i64.eqz
        (i64x2.extract_lane 0 (i32x4.mul (i8x16.swizzle (i64x2.splat (global.get $v)) (i8x16.splat (i32.const 3)))
          (i32x4.trunc_sat_f32x4_s (f32x4.ceil (f32x4.convert_i32x4_s (i64x2.splat (global.get $v)))))))) (then (call $wrong)))
    (call $trap))
  (func $wrong (drop (i32.div_u (i32.const 1) (i32.const 0))))
  (func $trap unreachable))
"""

# CPU model -> the features of v3 that it lacks. qemu lets `lzcnt` execute as BSR and `tzcnt` as BSF where they are
# masked, as an old CPU does.
V3 = "sse3 ssse3 sse4.1 sse4.2 popcnt cmpxchg16b avx avx2 fma bmi1 bmi2 lzcnt".split()
MODELS = {
    # The processor has CMPXCHG16B; the model of qemu has not.
    "Conroe": "sse4.1 sse4.2 popcnt cmpxchg16b avx avx2 fma bmi1 bmi2 lzcnt",
    "Nehalem": "avx avx2 fma bmi1 bmi2 lzcnt",
    "Westmere": "avx avx2 fma bmi1 bmi2 lzcnt",
    "Haswell": "",
    "Haswell,-avx2": "avx2",
    "Haswell,-fma": "fma",
    "Haswell,-bmi1": "bmi1",
    "Haswell,-bmi2": "bmi2",
    "Haswell,-abm": "lzcnt",
    "Haswell,-popcnt": "popcnt",
    "Haswell,-sse4.2": "sse4.2",
    "Haswell,-cx16": "cmpxchg16b",
    "Haswell,-xsave": "avx avx2 fma",
    "max": "",
}


def module():
    path = os.path.join(WORK, "packed", "levels.wat")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(MODULE)
    return path


def packed(levels, *options):
    name = re.sub(r"[^\w+]+", "-", " ".join(["levels", levels, *options]))
    return pack(module(), os.path.join(WORK, "packed", name), "--cpu", levels, *options)


def qemu(model, program, *options, **environment):
    tools.need(QEMU)
    command = [QEMU, "-cpu", model, *options, "-0", "program", program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=dict(os.environ, **environment))
    # qemu itself warns of features that it cannot play.
    said = "".join(line for line in done.stderr.splitlines(True) if "TCG doesn't support" not in line)
    return done.returncode, said


def trapped(model, levels):
    """The report of the program with code for one level."""
    status, said = qemu(model, packed(levels))
    ensure(status == 134 and "unreachable" in said, f"status {status}: {said}")
    return said


def lacks(model):
    return MODELS[model].split()


def refuses(model):
    missing = lacks(model)
    status, said = qemu(model, packed("v3"))
    if not missing:
        ensure(status == 134, f"status {status}: {said}")
        return "runs v3"
    wanted = "cannot start: the program is compiled for CPU level v3, and this machine lacks "
    ensure(status == 1 and wanted in said, f"status {status}: {said}")
    found = said.partition(wanted)[2].partition("\n")[0].split(", ")
    same("what is missing", sorted(found), sorted(missing))
    ensure("--cpu baseline+v3" in said, said)
    return "lacks " + ", ".join(missing)


def best(model):
    """Of baseline, v2 and v3 the best runs that the machine has."""
    missing = lacks(model)
    levels = "v3" if not missing else "v2" if not set(missing) & set(V3[:6]) else "baseline"
    status, said = qemu(model, packed("baseline+v2+v3"))
    ensure(status == 134, f"status {status}: {said}")
    same("the report", said, trapped(model, levels))
    reports = {level: trapped("Haswell", level) for level in ("baseline", "v2", "v3")}
    ensure(len(set(reports.values())) == 3, f"the versions cannot be told apart: {reports}")
    return f"runs {levels}"


def no_questions(levels, wanted):
    """How many CPUID instructions are executed at a start, as qemu translates only what is executed."""
    log = os.path.join(WORK, "cpuid.log")
    qemu("Haswell", packed(levels), "-d", "in_asm,nochain", "-D", log)
    with open(log, errors="replace") as file:
        count = len(set(re.findall(r"^(0x[0-9a-f]+): .*\bcpuid\b", file.read(), re.MULTILINE)))
    ensure(count <= wanted, f"{count} CPUID instructions, at most {wanted} wanted")
    return f"{count} CPUID instructions"


def interpreter():
    program = packed("v3", "--fallback", "pulley")
    status, said = qemu("Nehalem", program)
    first, _, rest = said.partition("\n")
    ensure(status == 134 and "note: the program is compiled for CPU level v3" in first, f"status {status}: {said}")
    ensure("goes on with the interpreter" in first, said)
    ensure("unreachable" in rest and re.search(r"0: trap\n +1: main\n", rest), said)
    status, quiet = qemu("Nehalem", program, NYASH_QUIET="1")
    ensure(status == 134, f"status {status}: {quiet}")
    same("the report without the notice", quiet, rest)
    same("the report on a newer CPU", qemu("Haswell", program)[1], trapped("Haswell", "v3"))


def compiler():
    """What cannot run is compiled on the machine, for its CPU, and behaves alike."""
    program = packed("v3", "--fallback", "jit", "--stub-dir", tools.only(*STUBS))
    status, said = qemu("Nehalem", program)
    first, _, rest = said.partition("\n")
    ensure(status == 134 and "note: the program is compiled for CPU level v3" in first, f"status {status}: {said}")
    ensure("it is compiled now, for this machine" in first, said)
    ensure("unreachable" in rest and re.search(r"0: trap .*\n +1: main .*\n", rest), said)
    same("the report on a newer CPU", qemu("Haswell", program)[1], trapped("Haswell", "v3"))
    return f"{os.path.getsize(program)} bytes"


def native():
    """What is packed for this machine refuses an older one, by the features that are recorded."""
    program = packed("native")
    shown = subprocess.run([tools.packer(), "inspect", program], capture_output=True, text=True, check=True).stdout
    recorded = re.search(r"^code +native, .* needs (.*)$", shown, re.MULTILINE)
    if not recorded:
        raise Skipped("this machine has nothing beyond the baseline")
    status, said = qemu("qemu64,-sse3,-ssse3,-sse4.1,-sse4.2,-popcnt,-cx16,-lahf_lm,-abm", program)
    ensure(status == 1 and "compiled for the CPU that packed it, and this machine lacks" in said, f"status {status}: {said}")
    done = subprocess.run([program], capture_output=True, text=True)
    ensure(done.returncode == 134 and "unreachable" in done.stderr, f"status {done.returncode}: {done.stderr}")
    return recorded[1]


def cost(levels, wanted):
    """What a second version costs at a start, in microseconds: medians of programs that run turn by turn."""
    one = figures.hello()
    two = pack(figures.HELLO_WAT, os.path.join(WORK, "packed", f"hello-{levels}"), "--cpu", levels)
    differences = []
    for _ in range(9):
        first, second = figures.medians(300, one, two)
        differences.append((second - first) * 1e6)
    difference = statistics.median(differences)
    # Two short processes on a shared machine: only a step back fails.
    ensure(difference <= wanted * 2, f"{difference:.1f} µs, at most {wanted} wanted")
    missed = " (MISSED)" if difference > wanted else ""
    return f"{difference:.1f} µs of at most {wanted}{missed}"


def preview1(fallback):
    """The behaviour tests of WASI on what a program goes on with."""
    environment = dict(os.environ, NYASH_FALLBACK=fallback)
    if fallback == "jit":
        environment["NYASH_PACK_STUBS"] = tools.only(*STUBS)
    command = ["cargo", "test", "--quiet", "--workspace", "--test", "preview1"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(done.stdout[-600:] + done.stderr[-300:])


def main():
    for model in MODELS:
        check(f"v3 on {model}", refuses, model)
    for model in MODELS:
        check(f"baseline+v2+v3 on {model}", best, model)
    check("one version asks nothing of the CPU", no_questions, "baseline", 0)
    check("baseline+v3 asks twice", no_questions, "baseline+v3", 2)
    check("v3 with an interpreter", interpreter)
    check("v3 with a compiler", compiler)
    check("native", native)
    check("a second version at start", cost, "baseline+v3", 30)
    check("preview 1 in the interpreter", preview1, "pulley")
    check("preview 1, compiled when it starts", preview1, "jit")
