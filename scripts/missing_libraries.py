"""Says which of the things that PDFs need are missing here: Pango, a font, both or nothing."""

import ctypes
import platform

# The names under which WeasyPrint looks for them.
LINUX = (
    "libgobject-2.0.so.0",
    "libpango-1.0.so.0",
    "libpangoft2-1.0.so.0",
    "libharfbuzz.so.0",
    "libfontconfig.so.1",
)
MACOS = (
    "libgobject-2.0.dylib",
    "libpango-1.0.dylib",
    "libpangoft2-1.0.dylib",
    "libharfbuzz.0.dylib",
    "libfontconfig.1.dylib",
)


class FontSet(ctypes.Structure):
    """fontconfig's FcFontSet, as far as it is read here."""

    _fields_ = (("nfont", ctypes.c_int),)


def has_pango() -> bool:
    """Whether every library that WeasyPrint opens can be opened."""
    try:
        for name in MACOS if platform.system() == "Darwin" else LINUX:
            ctypes.CDLL(name)
    except OSError:
        return False
    return True


def has_font() -> bool:
    """Whether fontconfig knows any font of this machine."""
    try:
        fontconfig = ctypes.CDLL(MACOS[-1] if platform.system() == "Darwin" else LINUX[-1])
    except OSError:
        return False
    fontconfig.FcInitLoadConfigAndFonts.restype = ctypes.c_void_p
    fontconfig.FcConfigGetFonts.restype = ctypes.POINTER(FontSet)
    fontconfig.FcConfigGetFonts.argtypes = (ctypes.c_void_p, ctypes.c_int)
    fonts = fontconfig.FcConfigGetFonts(fontconfig.FcInitLoadConfigAndFonts(), 0)
    return bool(fonts) and fonts.contents.nfont > 0


if __name__ == "__main__":
    there = {"Pango": has_pango(), "a font": has_font()}
    print(" and ".join(name for name in there if not there[name]))  # noqa: T201 - setup.sh reads it
