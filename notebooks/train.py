"""Train a classifier of wines by the arguments given, and save it: a script as is."""

import argparse
import os
from pathlib import Path

import joblib
from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split


def main() -> None:
    """Read the arguments, train, print the accuracy, and save the model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--depth", type=int, default=4)
    parser.add_argument("--max_features", type=float, default=0.5)
    parser.add_argument("--criterion", choices=("gini", "entropy"), default="gini")
    parser.add_argument("--trees", type=int, default=50)
    given = parser.parse_args()

    X, y = load_wine(return_X_y=True)
    X_train, X_valid, y_train, y_valid = train_test_split(
        X, y, test_size=0.5, random_state=0, stratify=y
    )
    model = RandomForestClassifier(
        given.trees,
        max_depth=given.depth,
        max_features=given.max_features,
        criterion=given.criterion,
        random_state=0,
    )
    model.fit(X_train, y_train)
    print(f"validation accuracy: {model.score(X_valid, y_valid):.4f}")

    file = Path(os.environ.get("SM_MODEL_DIR", ".")) / "model.joblib"
    joblib.dump(model, file)
    print(f"saved to {file}")


if __name__ == "__main__":
    main()
