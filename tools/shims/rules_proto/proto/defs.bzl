# SPDX-License-Identifier: Apache-2.0
"""Bazel's own packages load these names; nothing of ours is a protocol buffer."""

proto_lang_toolchain = native.proto_lang_toolchain
proto_library = native.proto_library
