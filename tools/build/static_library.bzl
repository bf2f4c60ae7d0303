# SPDX-License-Identifier: Apache-2.0
"""One archive of the objects of several libraries (Bazel 4 has no rule of its own for that)."""

def _impl(ctx):
    objects = []
    seen = {}
    for dep in ctx.attr.deps:
        for linker_input in dep[CcInfo].linking_context.linker_inputs.to_list():
            for library in linker_input.libraries:
                for object in library.pic_objects or library.objects or []:
                    if object.path not in seen:
                        seen[object.path] = True
                        objects.append(object)
    out = ctx.actions.declare_file(ctx.label.name)
    args = ctx.actions.args()
    args.add(out)
    args.add_all(objects)

    # "r" replaces members of the same name, so two folders' list.c must both be added with "q".
    ctx.actions.run_shell(
        outputs = [out],
        inputs = objects,
        arguments = [args],
        command = 'out=$1; shift; rm -f "$out"; ar qcsD "$out" "$@"',
        mnemonic = "StaticLibrary",
    )
    return [DefaultInfo(files = depset([out]), runfiles = ctx.runfiles([out]))]

static_library = rule(
    implementation = _impl,
    attrs = {"deps": attr.label_list(providers = [CcInfo])},
)
