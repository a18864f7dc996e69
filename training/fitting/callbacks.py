"""What happens after each epoch. The checkpoint comes last: an epoch counts once it is on disk."""

import keras

from training.fitting.run import Run


def epoch_callbacks(run: Run, patience: int | None) -> list[keras.callbacks.Callback]:
    """CSV, TensorBoard, early stopping and checkpoints, each able to go on where a run stopped.

    Without ``patience`` the learning rate is scheduled to the end, and the last epoch is the best.
    """
    done = run.read_history()
    stopping = [] if patience is None else [ResumableEarlyStopping(done, patience)]
    return [
        keras.callbacks.CSVLogger(str(run.history), append=True),
        keras.callbacks.TensorBoard(str(run.folder / "tensorboard"), write_graph=False),
        *stopping,
        keras.callbacks.ModelCheckpoint(
            str(run.best),
            monitor="val_loss",
            save_best_only=patience is not None,
            initial_value_threshold=min((row["val_loss"] for row in done), default=None),
        ),
        LastCheckpoint(run),
    ]


class ResumableEarlyStopping(keras.callbacks.EarlyStopping):
    """Early stopping that first hears of the epochs that a former process finished."""

    def __init__(self, done: list[dict[str, float]], patience: int) -> None:
        super().__init__(monitor="val_loss", patience=patience, verbose=1)
        self._done = done

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Replay the finished epochs, so that the patience already used up stays used up."""
        super().on_train_begin(logs)
        for epoch, row in enumerate(self._done):
            self.on_epoch_end(epoch, row)


class LastCheckpoint(keras.callbacks.Callback):
    """Saves model and optimizer after each epoch; the file is whole whenever the process dies."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self._run = run

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002
        """Keep what has been learnt."""
        save_last(self._run, self.model)


def save_last(run: Run, model: keras.Model) -> None:
    """Write beside the old checkpoint, then replace it in one step."""
    saving = run.folder / "saving.keras"
    model.save(saving)
    saving.replace(run.last)
