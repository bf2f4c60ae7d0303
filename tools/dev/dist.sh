#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Puts what users of the library need under dist/. Argument: the folder of the built libraries.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
built=$1
version=$(cat tools/build/version)

rm -rf dist
mkdir -p dist/bin dist/lib/pkgconfig dist/include/hazelcast
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
# As any program of a user's, so that it finds the library beside it.
cc -std=c11 -D_GNU_SOURCE -O2 -Wall -I. -Idist/include -o dist/bin/hzc cli/*.c -Ldist/lib \
	-Wl,-rpath,'$ORIGIN/../lib' -lhazelcast -lpthread
cat <<EOF
The library is in dist/, the command hzc in dist/bin/. To compile a program of your own:
  cc -o app app.c -I$PWD/dist/include -L$PWD/dist/lib -Wl,-rpath,$PWD/dist/lib -lhazelcast
or with everything in one file, apart from the system's libraries:
  cc -o app app.c -I$PWD/dist/include $PWD/dist/lib/libhazelcast.a -lzmq -lssl -lcrypto -lyaml -lpthread
EOF
