"""Stages what is deployed under `build/`: the same tree goes to AWS and to the embedded cloud."""

from infra.build.staging import Architecture, BuildFailed, build, host_architecture

__all__ = ["Architecture", "BuildFailed", "build", "host_architecture"]
