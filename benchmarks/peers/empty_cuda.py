"""Lets PyTorch's wheel work without the CUDA libraries that it is linked with, 2 GB that only GPUs need.

Writes, beside PyTorch's own libraries, empty ones by their names; only libcudart is a real one, 2 MB. Nothing in them is
ever called: torch_net.py binds functions when they are first called, and without a GPU none is.
"""

import importlib.util
import pathlib
import subprocess
import tempfile

EMPTY = [
    "libcublas.so.13",
    "libcublasLt.so.13",
    "libcudnn.so.9",
    "libcufft.so.12",
    "libcufile.so.0",
    "libcupti.so.13",
    "libcusparse.so.12",
    "libcusparseLt.so.0",
    "libnccl.so.2",
    "libnvrtc.so.13",
]
# The one library of which addresses are taken, not only functions called.
SHARED_MEMORY = "libnvshmem_host.so.3"
ADDRESSES = "void nvshmem_init(void) {} long nvshmem_selected_device_transport;"


def write(file, version, source=""):
    """A library of that name whose symbols have that version; the linker of the system looks for both."""
    with tempfile.NamedTemporaryFile("w", suffix=".map") as versions:
        versions.write(f"{version} {{ }};")
        versions.flush()
        options = [f"-Wl,-soname,{file.name}", f"-Wl,--version-script={versions.name}"]
        command = ["cc", "-shared", "-nostdlib", *options, "-o", str(file), "-x", "c", "-"]
        subprocess.run(command, input=source, text=True, check=True)


package = importlib.util.find_spec("torch")
folder = pathlib.Path(package.origin).parent / "lib"
if (folder / "libtorch_cuda.so").exists():
    for name in EMPTY:
        write(folder / name, name)
    write(folder / SHARED_MEMORY, "NVSHMEM", ADDRESSES)
