#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Puts what users of the library need under dist/. Argument: the folder of the built libraries.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
built=$1
version=$(cat tools/build/version)

rm -rf dist
mkdir -p dist/lib/pkgconfig dist/include/hazelcast
install -m 755 "$built/libhazelcast.so.0" dist/lib/
ln -s libhazelcast.so.0 dist/lib/libhazelcast.so
install -m 644 "$built/libhazelcast.a" dist/lib/
install -m 644 include/hazelcast/*.h dist/include/hazelcast/
cat >dist/lib/pkgconfig/hazelcast.pc <<EOF
prefix=\${pcfiledir}/../..
libdir=\${prefix}/lib
includedir=\${prefix}/include

Name: hazelcast
Description: Hazelcast client for C
Version: $version
Cflags: -I\${includedir}
Libs: -L\${libdir} -lhazelcast
Libs.private: -lzmq -lssl -lcrypto -lyaml -lpthread
EOF
cat <<EOF
The library is in dist/. To compile a program of your own:
  cc -o app app.c -I$PWD/dist/include -L$PWD/dist/lib -Wl,-rpath,$PWD/dist/lib -lhazelcast
or with everything in one file, apart from the system's libraries:
  cc -o app app.c -I$PWD/dist/include $PWD/dist/lib/libhazelcast.a -lzmq -lssl -lcrypto -lyaml -lpthread
EOF
