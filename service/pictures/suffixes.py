"""What files of pictures are called, by format: to be known without what decodes them."""

BY_FORMAT = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jif", ".jfi", ".jfif", ".pjp", ".pjpeg", ".mpo"),
    "PNG": (".png", ".apng"),
    "WEBP": (".webp",),
    "BMP": (".bmp", ".dib"),
    "GIF": (".gif",),
    "TIFF": (".tif", ".tiff"),
    "AVIF": (".avif", ".avifs"),
    "HEIF": (".heic", ".heics", ".heif", ".heifs", ".hif"),
}
ALL = frozenset(suffix for suffixes in BY_FORMAT.values() for suffix in suffixes)
