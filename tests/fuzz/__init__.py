"""Whatever a machine can think of, for ``FUZZ_SECONDS`` each; ``make fuzz`` goes on for longer."""

import os

SECONDS = float(os.getenv("FUZZ_SECONDS", "10"))
SEED = int(os.getenv("FUZZ_SEED", "0"))
EXAMPLES = int(2 * SECONDS)  # of each operation, where they are counted and not timed
