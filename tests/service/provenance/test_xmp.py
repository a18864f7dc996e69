"""What XMP says of programs and of AI, in every format that has it."""

import pytest
from PIL import Image, PngImagePlugin

from service.provenance.marks import MOST
from service.provenance.records import AiUse
from tests.pictures import PORTRAIT, encode
from tests.service.provenance.test_marks import JOB, read, with_exif

GENERATED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


def xmp(inner: str) -> bytes:
    packet = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF>{inner}</rdf:RDF></x:xmpmeta>'
    return packet.encode()


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
@pytest.mark.parametrize(
    "inner",
    [
        f'<rdf:Description Iptc4xmpExt:DigitalSourceType="{GENERATED}"/>',
        f"<Iptc4xmpExt:DigitalSourceType>{GENERATED}</Iptc4xmpExt:DigitalSourceType>",
        f'<Iptc4xmpExt:DigitalSourceType rdf:resource="{GENERATED}"/>',
        '<rdf:Description Iptc4xmpExt:DigitalSourceType="trainedAlgorithmicMedia"/>',
        "<a:DigitalSourceType>\n digsrctype:trainedAlgorithmicMedia</a:DigitalSourceType>",
    ],
    ids=["attribute", "element", "resource", "term alone", "short name"],
)
def test_iptc_source_types(format: str, inner: str) -> None:  # noqa: A002
    if format == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_itxt("XML:com.adobe.xmp", xmp(inner).decode())
        data = encode(PORTRAIT, "PNG", pnginfo=info)
    elif format == "TIFF":
        tags = Image.Exif()
        tags[700] = xmp(inner)
        data = encode(PORTRAIT, "TIFF", exif=tags)
    else:
        data = encode(PORTRAIT, format, xmp=xmp(inner))
    (mark,) = read(data)
    assert mark.place == "IPTC DigitalSourceType"
    assert mark.value == "trainedAlgorithmicMedia"
    assert mark.declares_ai is AiUse.GENERATED


def test_the_tool_and_the_credit_in_xmp() -> None:
    tool = '<rdf:Description xmp:CreatorTool="GIMP 3.0" photoshop:Credit="Made with Google AI"/>'
    first, second = read(encode(PORTRAIT, xmp=xmp(tool)))
    assert (first.place, first.value, first.generator) == ("XMP CreatorTool", "GIMP 3.0", None)
    assert (second.place, second.value, second.generator) == ("XMP", None, "Google AI")


@pytest.mark.parametrize(
    ("term", "use"),
    [
        ("TrainedAlgorithmicMedia", AiUse.GENERATED),
        ("compositeWithTrainedAlgorithmicMedia", AiUse.EDITED),
        ("digitalCapture", None),
    ],
)
def test_what_source_types_say_of_ai(term: str, use: AiUse | None) -> None:
    (mark,) = read(encode(PORTRAIT, xmp=xmp(f'<a b:DigitalSourceType="{term}"/>')))
    assert (mark.value, mark.declares_ai) == (term, use)


@pytest.mark.parametrize("format", ["JPEG", "TIFF", "WEBP"])
def test_midjourneys_job_in_exif_and_xmp(format: str) -> None:  # noqa: A002
    (mark,) = read(with_exif(format, ImageDescription=f"anna --v 7 {JOB}"))
    assert (mark.place, mark.value, mark.generator) == ("EXIF ImageDescription", None, "Midjourney")
    (mark,) = read(encode(PORTRAIT, xmp=xmp(f"<dc:description>anna {JOB}</dc:description>")))
    assert (mark.place, mark.value, mark.generator) == ("XMP", None, "Midjourney")


def test_there_is_an_end_to_marks() -> None:
    many = "".join(f'<a b="digitalsourcetype/kind{n}"/>' for n in range(1000))
    assert len(read(encode(PORTRAIT, xmp=xmp(many)))) == MOST
