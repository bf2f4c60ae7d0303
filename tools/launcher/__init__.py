# SPDX-License-Identifier: Apache-2.0
"""Real Hazelcast members as separate processes on loopback; tools/members.py is the door to it."""
