"""The one path from bytes to verdict, which API, page, command line and bulk all take."""
