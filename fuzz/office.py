"""Small sound files of the packed formats of office programs and of books, written part by part."""

from __future__ import annotations

import struct

from fuzz.compound import compound
from fuzz.packing import pack_zip

RUSSIAN = (
    "Договор поставки № 14 от 12.11.2025. Поставщик обязуется передать насос до 1 декабря, "
    "а покупатель — принять и оплатить его в течение 10 дней. «Ёлка» остаётся на складе."
)
ENGLISH = (
    "The Kestrel binder weighs 640 kilograms and draws 5.8 kilowatts. A milling cutter may be "
    "sharpened four times; after that it must be discarded. See U.S. rules, p. 7."
)
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
_P = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
_S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_R = f'xmlns:r="{_OFFICE}"'
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def packed(members: dict[str, str | bytes]) -> bytes:
    """A ZIP of the members, texts in UTF-8."""
    encoded = {
        name: content if isinstance(content, bytes) else content.encode()
        for name, content in members.items()
    }
    return pack_zip(list(encoded.items()))


def _relations(*pairs: tuple[str, str]) -> str:
    rows = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(pairs, start=1)
    )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'{_XML}<Relationships xmlns="{space}">{rows}</Relationships>'


def _types(**parts: str) -> str:
    """The list of content types; `parts` are path with __ for / to the end of its type."""
    space = "http://schemas.openxmlformats.org/package/2006/content-types"
    base = "application/vnd.openxmlformats-officedocument."
    rows = "".join(
        f'<Override PartName="/{name.replace("__", "/")}.xml" ContentType="{base}{kind}+xml"/>'
        for name, kind in parts.items()
    )
    return (
        f'{_XML}<Types xmlns="{space}"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f"{rows}</Types>"
    )


def docx() -> bytes:
    """A heading, a paragraph with a change, a table, a numbered line nobody sees."""
    style = '<w:pPr><w:pStyle w:val="Heading1"/></w:pPr>'
    cell = "<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
    row = "<w:tr>" + cell.format("Насос") + cell.format("1 250") + "</w:tr>"
    listed = '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>'
    return _docx(
        f"<w:p>{style}<w:r><w:t>Договор</w:t></w:r></w:p><w:p><w:r><w:t>{RUSSIAN}</w:t><w:tab/>"
        f"<w:br/></w:r><w:ins><w:r><w:t>new</w:t></w:r></w:ins></w:p><w:tbl>{row}{row}</w:tbl>"
        f"<w:p>{listed}<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r></w:p>"
        f"<w:p>{listed}<w:r><w:t>{ENGLISH}</w:t></w:r></w:p><w:sectPr/>"
    )


def transcript() -> bytes:
    """A transcript as Teams writes it."""
    lines = (
        "Meeting Transcript",
        "0:0:0.0 --> 0:0:2.500\nОлег Титов\nКто пришлёт смету?",
        "0:0:2.700 --> 0:0:5.0\nАнна Белова\nЯ пришлю",
        "0:0:5.100 --> 0:0:6.0\nАнна Белова\nзавтра.",
    )
    text = "".join(
        "<w:p><w:r><w:t>" + line.replace("\n", "</w:t><w:br/><w:t>") + "</w:t></w:r></w:p>"
        for line in lines
    )
    return _docx(text.replace("-->", "--&gt;"))


def _docx(body: str) -> bytes:
    styles = (
        '<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/>'
        '<w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style>'
    )
    numbering = (
        '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
        '<w:numFmt w:val="russianLower"/><w:lvlText w:val="%1)"/></w:lvl></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    )
    main = "wordprocessingml."
    return packed(
        {
            "[Content_Types].xml": _types(
                word__document=f"{main}document.main",
                word__styles=f"{main}styles",
                word__numbering=f"{main}numbering",
            ),
            "_rels/.rels": _relations(("officeDocument", "word/document.xml")),
            "word/_rels/document.xml.rels": _relations(
                ("styles", "styles.xml"), ("numbering", "numbering.xml")
            ),
            "word/document.xml": f"{_XML}<w:document {_W}><w:body>{body}</w:body></w:document>",
            "word/styles.xml": f"{_XML}<w:styles {_W}>{styles}</w:styles>",
            "word/numbering.xml": f"{_XML}<w:numbering {_W}>{numbering}</w:numbering>",
        }
    )


def pptx() -> bytes:
    """One slide with a title, a paragraph and a table."""
    title = (
        '<p:sp><p:nvSpPr><p:cNvPr id="2" name="Title"/><p:cNvSpPr/><p:nvPr><p:ph type="title"/>'
        "</p:nvPr></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/><a:p><a:r><a:t>План</a:t></a:r></a:p>"
        "</p:txBody></p:sp>"
    )
    text = title.replace('<p:ph type="title"/>', "").replace("План", ENGLISH)
    cell = "<a:tc><a:txBody><a:bodyPr/><a:p><a:r><a:t>{}</a:t></a:r></a:p></a:txBody></a:tc>"
    table = (
        '<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="4" name="T"/><p:cNvGraphicFramePr/>'
        '<p:nvPr/></p:nvGraphicFramePr><p:xfrm><a:off x="1" y="1"/><a:ext cx="9" cy="9"/></p:xfrm>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/table">'
        '<a:tbl><a:tblPr/><a:tblGrid><a:gridCol w="5"/></a:tblGrid>'
        f'<a:tr h="5">{cell.format("Насос")}{cell.format("2")}</a:tr></a:tbl></a:graphicData>'
        "</a:graphic></p:graphicFrame>"
    )
    tree = (
        '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
    )
    main = "presentationml."
    return packed(
        {
            "[Content_Types].xml": _types(
                ppt__presentation=f"{main}presentation.main", ppt__slides__slide1=f"{main}slide"
            ),
            "_rels/.rels": _relations(("officeDocument", "ppt/presentation.xml")),
            "ppt/_rels/presentation.xml.rels": _relations(("slide", "slides/slide1.xml")),
            "ppt/presentation.xml": (
                f'{_XML}<p:presentation {_P} {_R}><p:sldIdLst><p:sldId id="256" r:id="rId1"/>'
                '</p:sldIdLst><p:sldSz cx="9144000" cy="6858000"/></p:presentation>'
            ),
            "ppt/slides/slide1.xml": (
                f"{_XML}<p:sld {_P} {_A} {_R}><p:cSld><p:spTree>{tree}{title}{text}{table}"
                "</p:spTree></p:cSld></p:sld>"
            ),
        }
    )


def xlsx() -> bytes:
    """Two sheets with shared and inline strings, numbers, a date, a formula, merged cells."""
    rows = (
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t>Цена</t></is></c>'
        '</row><row r="3"><c r="A3" t="s"><v>1</v></c><c r="B3" s="1"><v>45973</v></c><c r="C3">'
        '<f>1+1</f><v>1250.5</v></c><c r="D3" t="b"><v>1</v></c>'
        '<c r="E3" t="e"><v>#N/A</v></c></row>'
    )
    sheet = (
        f'<sheetData>{rows}</sheetData><mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells>'
    )
    formats = (
        '<fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1">'
        '<border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/>'
        '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs>'
    )
    main = "spreadsheetml."
    return packed(
        {
            "[Content_Types].xml": _types(
                xl__workbook=f"{main}sheet.main",
                xl__worksheets__sheet1=f"{main}worksheet",
                xl__worksheets__sheet2=f"{main}worksheet",
                xl__sharedStrings=f"{main}sharedStrings",
                xl__styles=f"{main}styles",
            ),
            "_rels/.rels": _relations(("officeDocument", "xl/workbook.xml")),
            "xl/_rels/workbook.xml.rels": _relations(
                ("worksheet", "worksheets/sheet1.xml"),
                ("worksheet", "worksheets/sheet2.xml"),
                ("sharedStrings", "sharedStrings.xml"),
                ("styles", "styles.xml"),
            ),
            "xl/workbook.xml": (
                f'{_XML}<workbook {_S} {_R}><sheets><sheet name="Лист" sheetId="1" r:id="rId1"/>'
                '<sheet name="b" sheetId="2" state="hidden" r:id="rId2"/></sheets></workbook>'
            ),
            "xl/worksheets/sheet1.xml": f"{_XML}<worksheet {_S}>{sheet}</worksheet>",
            "xl/worksheets/sheet2.xml": f"{_XML}<worksheet {_S}><sheetData/></worksheet>",
            "xl/sharedStrings.xml": (
                f"{_XML}<sst {_S}><si><t>Товар</t></si>"
                "<si><r><t>На</t></r><r><t>сос</t></r></si></sst>"
            ),
            "xl/styles.xml": f"{_XML}<styleSheet {_S}>{formats}</styleSheet>",
        }
    )


_DOCUMENT = (
    '<text:h text:outline-level="1">Договор</text:h>'
    f'<text:p>{RUSSIAN}<text:s text:c="3"/><text:tab/><text:line-break/>x</text:p><text:list>'
    "<text:list-item><text:p>one</text:p></text:list-item></text:list>"
)
_GRID = (
    '<table:table table:name="Лист"><table:table-row table:number-rows-repeated="2">'
    '<table:table-cell table:number-columns-repeated="2" office:value-type="string">'
    '<text:p>Насос</text:p></table:table-cell><table:table-cell office:value-type="float" '
    'office:value="1250.5"><text:p>1250,5</text:p></table:table-cell></table:table-row>'
    "</table:table>"
)
_SLIDE = (
    '<draw:page draw:name="p1"><draw:frame><draw:text-box>'
    f"<text:p>{ENGLISH}</text:p></draw:text-box></draw:frame></draw:page>"
)


def odt() -> bytes:
    """A heading, a paragraph, a list and a table."""
    return _opendocument("text", _DOCUMENT + _GRID)


def ods() -> bytes:
    """A sheet with repeated rows and cells."""
    return _opendocument("spreadsheet", _GRID)


def odp() -> bytes:
    """A slide with a paragraph."""
    return _opendocument("presentation", _SLIDE)


def _opendocument(kind: str, body: str) -> bytes:
    space = "urn:oasis:names:tc:opendocument:xmlns:"
    spaces = {"office": "office", "text": "text", "table": "table", "draw": "drawing"}
    names = "".join(f' xmlns:{short}="{space}{name}:1.0"' for short, name in spaces.items())
    media = f"application/vnd.oasis.opendocument.{kind}"
    opened = f'{_XML}<office:document-content{names} office:version="1.3"><office:body>'
    closed = "</office:body></office:document-content>"
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{type_}"/>'
        for path, type_ in (("/", media), ("content.xml", "text/xml"))
    )
    return packed(
        {
            "mimetype": media,
            "content.xml": f"{opened}<office:{kind}>{body}</office:{kind}>{closed}",
            "META-INF/manifest.xml": (
                f'{_XML}<manifest:manifest xmlns:manifest="{space}manifest:1.0" '
                f'manifest:version="1.3">{entries}</manifest:manifest>'
            ),
        }
    )


def epub() -> bytes:
    """Two chapters in an order, with a title."""
    chapter = '<html xmlns="http://www.w3.org/1999/xhtml"><body><h1>{}</h1><p>{}</p></body></html>'
    return packed(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": (
                '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
                '<rootfiles><rootfile full-path="OEBPS/book.opf" '
                'media-type="application/oebps-package+xml"/></rootfiles></container>'
            ),
            "OEBPS/book.opf": (
                '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata '
                'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Книга</dc:title></metadata>'
                '<manifest><item id="a" href="a.xhtml" media-type="application/xhtml+xml"/><item '
                'id="b" href="b.xhtml" media-type="application/xhtml+xml"/></manifest><spine>'
                '<itemref idref="b"/><itemref idref="a"/></spine></package>'
            ),
            "OEBPS/a.xhtml": chapter.format("Вторая", RUSSIAN),
            "OEBPS/b.xhtml": chapter.format("First", ENGLISH),
        }
    )


def xls() -> bytes:
    """A sheet of a text and a number in the binary format of older programs (BIFF8)."""
    text = "Насос"
    name, label = (bytes([len(t), 1]) + t.encode("utf-16-le") for t in ("Лист", text))
    label = struct.pack("<4H", 0, 0, 0, len(text)) + label[1:]
    sheet = _record(0x809, struct.pack("<4H8x", 0x600, 0x10, 0, 1996))
    sheet += _record(0x204, label) + _record(0x203, struct.pack("<3Hd", 1, 1, 0, 1250.5))
    start = _record(0x809, struct.pack("<4H8x", 0x600, 5, 0, 1996))
    length = len(start) + len(_record(0x85, bytes(6) + name)) + len(_record(0xA, b""))
    listed = _record(0x85, struct.pack("<IH", length, 0) + name)
    return compound({"Workbook": start + listed + _record(0xA, b"") + sheet + _record(0xA, b"")})


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<2H", kind, len(content)) + content


def spreadsheet_xml() -> bytes:
    """A sheet in the XML of Excel 2003."""
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    cell = '<Cell ss:Index="{}"><Data ss:Type="{}">{}</Data></Cell>'
    row = cell.format(1, "String", "Насос") + cell.format(3, "Number", "1250.5")
    day = cell.format(2, "DateTime", "2025-11-12T00:00:00.000")
    rows = f'<Row>{row}</Row><Row ss:Index="4">{day}</Row>'
    return (
        f'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="{space}" '
        f'xmlns:ss="{space}"><Worksheet ss:Name="Лист"><Table>{rows}</Table></Worksheet></Workbook>'
    ).encode()
