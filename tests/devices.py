"""``python -m tests.devices 2 MODULE …`` runs a module where TensorFlow finds two devices.

They are parts of the processor; for TensorFlow they are as distinct as two GPUs.
"""

import runpy
import sys

import tensorflow as tf


def split_processor(count: int) -> None:
    (processor,) = tf.config.list_physical_devices("CPU")
    parts = [tf.config.LogicalDeviceConfiguration()] * count
    tf.config.set_logical_device_configuration(processor, parts)


if __name__ == "__main__":
    split_processor(int(sys.argv[1]))
    del sys.argv[:2]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
