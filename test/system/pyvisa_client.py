"""Drives a board as a laboratory would that has PyVISA and nothing of ours: prints what it saw as one JSON document.

Usage: pyvisa_client.py RESOURCE
Needs PyVISA with the pure Python backend; Debian: python3-pyvisa python3-pyvisa-py python3-serial.
"""

import json
import sys

import pyvisa

# Rows 0 to 4 of array 1 of the profile `tiny` are reference resistors. With so many averages the high bytes of the
# codes of some rows are 0x0A, 0x0D, 0x11 (XON) and 0x23 (#).
AVERAGES = (52, 44, 33)
OUTSIDE = "ARR:READ? 1,5,0,1,1,1,0.3"


def read_request(averages):
    return f"ARR:READ? 1,0,0,5,64,{averages},0.3"


def drive(resource):
    board = pyvisa.ResourceManager("@py").open_resource(resource)
    board.write_termination = "\n"
    board.read_termination = "\n"
    board.timeout = 5000  # ms
    board.write("*CLS")
    seen = {"identification": board.query("*IDN?")}
    # The fields before the block are text; PyVISA finds the block by its `#`.
    seen["reads"] = [
        {
            "averages": averages,
            "codeSums": board.query_binary_values(
                read_request(averages), datatype="H", is_big_endian=False
            ),
        }
        for averages in AVERAGES
    ]
    seen["noError"] = board.query("SYST:ERR?")
    seen["refused"] = board.query(OUTSIDE)
    board.write("BOGUS?")
    seen["errors"] = [board.query("SYST:ERR?") for _ in range(3)]
    seen["temperature"] = board.query_ascii_values("CHIP:TEMP?")
    board.close()
    return seen


if __name__ == "__main__":
    json.dump(drive(sys.argv[1]), sys.stdout)
