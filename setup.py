"""Takes the model along in a wheel, within the package, so that it is found from any folder."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithModel(build_py):
    """An editable installation finds the model in the checkout."""

    def run(self) -> None:
        """Copy the modules, and then the model."""
        super().run()
        if not self.editable_mode:
            shutil.copytree("models", Path(self.build_lib, "service/models"), dirs_exist_ok=True)


setup(cmdclass={"build_py": BuildWithModel})
