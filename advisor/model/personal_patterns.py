"""Patterns of mail addresses, telephone numbers and postal addresses, as countries write them.

They look at a text in which signs that mean the same are the same (see LOOKALIKES). Each is strict,
as ids, dates, amounts, sizes and titles must stay: a number is a telephone number where its groups
are those of a country's numbers, an address where a word for a street or a postcode says so.
"""

import re
from collections.abc import Iterator
from functools import cache

_DASHES = "\u2010-\u2015\u2212\u30fc\uff0d\uff70\u200b-\u200d\u2060\ufeff\u00ad"
_SPACES = "\u00a0\u2007\u2009\u202f\u3000"
# Each stands for one character, so that what is found has the same place in both texts.
LOOKALIKES = {
    **dict.fromkeys([*range(0x2010, 0x2016), 0x2212, 0x30FC, 0xFF0D, 0xFF70, 0xAD], "-"),
    **dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF], "-"),  # without width
    **dict.fromkeys(map(ord, _SPACES), " "),
    **{0xFEE0 + ord(sign): sign for sign in "0123456789@.()+/"},
    0x3002: ".",
}

_LOCAL = r"(?:\"[^\"\n]{1,64}\"|\w[\w.!#$%&'*+/=?^~-]{0,63})"
_DOMAIN = r"(?:[\w-]{1,63}\.){1,8}[^\W\d_][\w-]{1,62}"
_DOT = r"(?:\.|\s?[(\[](?i:dot)[)\]]\s?)"
_MAILS = (
    rf"{_LOCAL}(?:@|%40|&#64;)(?:{_DOMAIN}|\[[\d.:A-Fa-f]{{4,39}}\])",
    rf"[\w.+-]{{1,64}}\s?[(\[](?i:at)[)\]]\s?[\w-]{{1,63}}{_DOT}[\w.-]{{2,63}}",
    r"\b[\w.+-]{1,64} at [\w-]{1,63} dot [a-z]{2,6}\b",
)

_YEAR = r"(?:19|20)\d\d"
_NO_YEAR = rf"(?!{_YEAR}\b)"
_NO_DATE = (
    rf"(?!{_YEAR}|\d{{1,2}}[\s./-]\d{{1,2}}[\s./-]{_YEAR}\b|\d{{1,2}}[./-]\d{{1,2}}[./-]\d\d\b)"
)
_NO_DAY = rf"(?!{_YEAR}(?:0\d|1[0-2])[0-3]\d\b)"  # 20260930
_CALLED = r"tel|phone|mobile|cell|call|text|sms|whats ?app|wa|hp|telp|tel[eé]fono|telefone|celular"
# Of countries whose code stands there without its plus sign: the start of a mobile number.
_CODED = r"62[\s-]?8\d\d|63[\s-]?9\d\d|84[\s-]?[35789]\d\d?|60[\s-]?1\d|66[\s-]?[689]\d"
_PHONES = (
    r"(?:\(?\+\d[\d\s().-]{7,}|(?<![\w.,])00[1-9](?:[\s().-]{0,3}\d){9,})\d\b",  # international
    # (212) 555-0143, (11) 9 1234-5678, (030) 12345678
    rf"(?:\b\d{{1,2}}[\s-]?)?\((?!{_YEAR}\))\d{{2,5}}\)\s?{_NO_DATE}\d(?:[\s.-]?\d){{6,8}}\b",
    r"\b(?:[01]\d{0,2}[\s.-])?\d{3}[\s./-]\d{3}[\s.-]\d{4}\b",  # 1-212-555-0143
    r"\b0[1-9]\d{1,2}[\s./-]\d{3,4}[\s.-]\d{3,5}\b",
    rf"\b0[1-9]\d{{1,3}}(?:\s?[/.-]\s?|\s){_NO_DAY}\d{{6,8}}\b",  # 07700 900123
    r"\b0\d{2} / \d{3} \d{3} \d{2,3}\b",  # 089 / 123 456 78
    rf"\b0\d[\s/-]{_NO_DAY}\d{{8}}\b",  # 02 12345678
    rf"\b0\d?[\s-]\d{{3,4}}[\s-]{_NO_YEAR}\d{{4}}\b",  # 03-1234 5678
    r"\b0[1-9]\d{3}[\s-]\d{3}[\s-]\d{3}\b",  # 07700 900 123
    r"\b0[1-9]\d{1,2}(?:[\s.-]\d{2,3}){3}\b",  # 091 234 56 78
    rf"\b0[1-9]\d{{1,2}}-\d{{2}}-{_NO_YEAR}\d{{4}}\b",  # 0466-22-1234
    r"\b0\d{1,3}\(\d{3,4}\)\d{4}\b",  # 03(1234)5678
    r"\b0[1-9](?P<_pair>[\s.-])\d{2}(?:(?P=_pair)\d{2}){3}\b",  # 06 12 34 56 78
    r"\b[679]\d{2}(?:[\s.-]\d{2}){3}\b",  # 612 34 56 78
    r"\b[679]\d{2} \d{3} \d{3}\b",
    r"\b(?:9[1-8]|[2-9]\d{2}) \d{3} \d{2} \d{2}\b",  # 91 123 45 67
    r"\b3[2-9]\d[\s/-]\d{6,7}\b",  # 347 1234567
    rf"\b\d{{2}}\s{_NO_YEAR}\d{{4}}\s{_NO_YEAR}\d{{4}}\b",  # 55 1234 5678
    r"\b(?:0(?:xx|44 )?)?[1-9]\d[\s.-]9[\s.]?\d{4}[\s.-]\d{4}\b",  # 11 91234-5678
    rf"\b0?[1-9]\d\s{_NO_YEAR}\d{{4}}-{_NO_YEAR}\d{{4}}\b",
    rf"\b(?:044 )?(?:55|56|33|81)[\s.-]\d{{4}}[\s.-]{_NO_YEAR}\d{{4}}\b",
    rf"\b(?:{_CODED})(?:[\s-]\d{{2,4}}){{2,3}}\b|\b65[\s-][689]\d{{3}}[\s-]?\d{{4}}\b",
    # Digits alone may be an id, or a barcode: a word before them says that they are neither.
    rf"\b(?i:{_CALLED})[.:#]?\s?(?:\d{{9,14}}|[689]\d{{3}}[\s-]\d{{4}})\b",
)

_ROADS = (
    "Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Dr|Ct|Terrace|Ter|Pl|Sq|Highway|Hwy|"
    "Parkway|Pkwy|Crescent|Gardens|Mews|Grove"
)
_WORDY_ROADS = rf"{_ROADS}|Drive|Court|Place|Square|Way|Close|Circle"
_FRENCH_ROADS = "rue|avenue|av\\.|bd|boulevard|place|chemin|allée|impasse|quai|route"
_GERMAN_ENDS = "weg|allee|gasse|platz|damm|ufer|ring|chaussee"
_CALLES = r"Jl\.?|Jln\.?|Jalan|Gg\.|Calle|Carrera|Avenida|Av\.|Rua|Travessa|Alameda|Paseo|Lorong"
_PIAZZE = r"Via|Viale|Piazza|Corso|Vicolo|Largo|Plaza|Blvd\.|Boulevard|Alameda"
_QUARTERS = "phường|quận|huyện|xã"  # of Vietnam
_LANES = "đường|ngõ|hẻm|phố"
_THAI = r"ถนน|ถ\.|ซอย|หมู่|แขวง|ตำบล|ต\."
_KANJI = "\u4e00-\u9fff"
_KANA = "\u3040-\u30ff"
_BRITISH = r"[A-Z]{1,2}\d[A-Z\d]?\s\d(?!GB|TB)[ABD-HJLNP-UW-Z]{2}\b"
_IRISH = r"[A-Z]\d[\dW]\s?[A-Z\d]{4}\b|Dublin\s\d{1,2}\b"
_BARANGAY = r"(?:Brgy\.?|Barangay)\s[\w. ]{1,30}"
_POSTCODE = rf"(?:\d{{5,6}}(?:-\d{{3,4}})?\b|{_BRITISH}|{_IRISH}|{_BARANGAY})"
_UP = r"[A-ZÀ-Þ]"
_WORD = r"[A-Z\d][\w'.\u2019]*"
_OF = r"(?:d[aeo]s?|del|la|los|las|des|du|della|dei|y|e)\s|de\s(?:la\s|los\s)?|d'"
_NAME = rf"(?:{_OF})*{_UP}[\w'.\u2019-]*"
_MORE = r"(?:\s[\w'/.-]+){0,4}?"
_HOUSE = rf"(?:[Nn][oº]\.?\s?|º\s?|#\s?)\d{{1,5}}|{_NO_YEAR}\d{{1,5}}"
_TOWN = rf"(?:\s{_UP}[\w'-]+)?"
_TAIL = rf"(?:[\s,-][^\n|]{{0,60}}?\b\d{{5}}(?:-\d{{3,4}})?\b{_TOWN})?"
_ADDRESSES = (
    # 742 Evergreen Terrace, Springfield, OR 97403
    (
        rf"\b\d{{1,6}}[A-Za-z]?,?\s(?:{_WORD}\s){{1,3}}(?:(?i:{_ROADS})\b\.?[,\s]"
        rf"|(?i:{_WORDY_ROADS}),\s)[^\n|]{{0,60}}?{_POSTCODE}"
    ),
    rf"\b\d{{1,4}}[A-Za-z]?,?\s(?:[A-Z][\w'.-]*,?\s){{2,8}}{_BRITISH}",
    (
        r"\b(?:[A-Z][\w'.-]*\s){1,4}?[A-Z][\w'.-]*,\s(?:[A-Z][\w'.-]*,?\s){1,6}"
        rf"(?:{_BRITISH}|{_IRISH})"
    ),
    rf"\b(?i:P\.?\s?O\.?\s?Box)\s\d{{1,6}}\b[^\n|]{{0,40}}?(?:{_POSTCODE}|$)",
    # Calle de Alcalá 12, 28014 Madrid; Jl. Jenderal Sudirman No. 52
    rf"(?:\b\d{{1,4}}, )?\b(?:{_CALLES})\s{_NAME}{_MORE},?\s(?:{_HOUSE})\b{_TAIL}",
    rf"\b(?:C/\s?{_NAME}{_MORE},?|[CR]\.\s?{_NAME}{_MORE},)\s(?:{_HOUSE})\b{_TAIL}",
    r"(?:\b(?:No\. ?|Lot )?\d{1,4}, )?\b(?:Jalan|Jln\.?|Lorong|Persiaran)\s[\w /]{2,40},\s\d{5}\b",
    rf"\b(?:{_PIAZZE})\s{_NAME}{_MORE},?\s\d{{1,5}}\w?,?\s[^\n|]{{0,40}}?\b\d{{5}}\b{_TOWN}",
    # Musterstraße 12, 12345 Berlin
    rf"\b(?:[\w-]{{2,30}}|{_UP}\w+\s)(?i:stra(?:ß|ss)e|str\.)\s\d{{1,4}}\s?[a-z]?\b{_TAIL}",
    (
        rf"\b(?:[\w-]{{0,30}}(?:{_GERMAN_ENDS})|(?:Am|An der|Im|Unter den|Zum|Zur)\s{_UP}\w+)"
        rf"\s\d{{1,4}}\s?[a-z]?,\s\d{{5}}\s{_UP}\w+"
    ),
    # 12 rue de la Paix, 75002 Paris
    (
        rf"\b\d{{1,4}}(?:\s(?:bis|ter))?,?\s(?i:{_FRENCH_ROADS})"
        rf"\s[^\n|\d]{{2,40}}?,?\s\d{{5}}\s{_UP}[\w'-]+"
    ),
    # RT 03/RW 04, Blok A3 No. 7, Blk 5 Lot 12, Singapore 560123, CEP 01304-000
    r"\b(?:(?i:jl|jln|gg)\.?\s[\w' ]{2,30},?\s)?(?i:RT)\.?\s?\d{1,3}\s?/?\s?(?i:RW)\.?\s?\d{1,3}\b"
    + _TAIL,
    r"\b(?:(?:Komplek|Perum\w*)\s[\w ]{2,30}\s)?Blok\s[A-Z]{1,2}\d{0,3}\s?No\.?\s?\d{1,4}\b"
    + _TAIL,
    r"\b(?:jl|jln)\.\s[\w' ]{2,30}?\s(?i:no)\.?\s?\d{1,4}\b",
    r"\bBlk\.?\s\d{1,4}[A-Z]?,?\sLot\s\d{1,4}\b[^\n|]{0,60}",
    r"(?:\bBlk\s)?\b\d{1,4}[A-Z]?\s[^\n|]{3,60}?\bSingapore\s\d{6}\b",
    r"\bCEP:?\s?\d{5}-?\d{3}\b",
    # Thailand, Vietnam and Japan
    rf"\d{{1,4}}(?:/\d{{1,4}})?\s?[^\n|\d]{{0,20}}?(?:{_THAI})[^\n|]{{0,80}}?\b\d{{5}}\b",
    r"\b\d{1,4}(?:/\d{1,4}){0,3}\s(?:Moo|M\.)\s?\d{1,2},[^\n|]{0,60}?\b\d{5}\b",
    rf"\b(?i:số\s)?\d{{1,4}}[A-Z]?(?:/\d{{1,4}}){{0,3}},?\s(?i:{_LANES})\s[^\n|]{{2,80}}",
    (
        rf"\b(?i:số\s)?\d{{1,4}}[A-Z]?(?:/\d{{1,4}}){{0,3}},?\s[^\n|,]{{2,40}},\s(?i:{_QUARTERS})"
        r"\s[^\n|]{1,60}"
    ),
    r"\b(?i:thôn|ấp|xóm)\s\w{1,12},\s(?i:xã|phường)\s[^\n|]{1,80}",
    rf"〒\s?\d{{3}}-?\d{{4}}(?:\s?[{_KANA}{_KANJI}][^\n|]{{0,60}})?",
    (
        rf"[{_KANJI}]{{2,3}}[都道府県][{_KANA}{_KANJI}]{{1,14}}?[区市町村郡]"
        r"[^\n|\d]{0,20}\d{1,4}(?:丁目|番|-\d)[\d丁目番地号-]*"
    ),
    r"\b\d{1,4}(?:-\d{1,4}){1,3},?\s[A-Z][a-z]+,\s[\w, -]{2,40}?\s\d{3}-\d{4}\b",
)

# What every text that holds one has in it, in a form that is fast for millions of cells: in the
# syntax of Rust's regular expressions, and without edges of words.
_DIGIT = "[0-9\uff10-\uff19]"
PERHAPS = "|".join(
    (
        r"[@\uff20][^@]*[.\u3002\uff0e:]|%40|&#64;|[(\[](?i:at)[)\]]| at [^ ]+ dot ",
        rf"[+\uff0b]{_DIGIT}|[(\uff08]{_DIGIT}{{2,5}}[)\uff09]|(?:^|[^0-9])00[1-9]",
        r"[0-9]{3}[ ./-][0-9]{3}|[0-9]{2}[ /][0-9]{2} [0-9]{2}|(?:[0-9]{2}[.-]){4}[0-9]{2}",
        r"[0-9] / [0-9]|0[0-9][ /-][0-9]{8}|0[0-9]{2,3}-[0-9]{2}-[0-9]{4}",
        r"0[0-9]{2}[.-](?:[0-9]{2,3}[.-]){2}|[0-9]{3}(?:[.-][0-9]{2}){3}",
        rf"{_DIGIT}[{_SPACES}{_DASHES}]{_DIGIT}|[\uff10-\uff19\u0e50-\u0e59\u0660-\u0669]{{2}}",
        r"[A-Za-z][.:#]? ?[0-9]{9,14}(?:[^0-9]|$)",
        rf"[0-9].* (?i:{_WORDY_ROADS})\.?[, ]|(?i:box) [0-9]",
        r" [A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}|[A-Z][0-9][0-9W] ?[A-Z0-9]{4}",
        rf"(?:{_CALLES}|{_PIAZZE}|Persiaran|C/|C\.|R\.) ?[A-Za-zÀ-Þ]",
        r"(?i:straße|strasse|str\.) [0-9]|[0-9][^0-9]* [0-9]{5}(?:[^0-9]|$)",
        r"(?i:rt)\.? ?[0-9]|Blok |Blk|(?i:jln?)\. |Singapore [0-9]|CEP|Moo|M\. ?[0-9]",
        rf"{_THAI}|(?i:{_LANES}|{_QUARTERS}) |〒|[都道府県].*{_DIGIT}",
    )
)

_DATES = re.compile(rf"(?<!\d){_YEAR}([-./]?)(?:0[1-9]|1[0-2])\1[0-3]\d(?!\d)")
# What nearly no other text has in it: the patterns cost 7 ms to compile and up to 0.1 ms to ask.
_HINTS = re.compile(
    r"@|%40|&#64;|(?i:box) \d|[(\[](?i:at)[)\]]| at \S+ dot |[+(]\d|(?<![\w.,])00\d"
    r"|\d(?=(?:[\s./()-]{0,3}\d){7})\d*[\s./()-]{1,3}\d|[A-Za-z][.:#]?\s?\d{9,14}(?!\d)"
    rf"|\d(?:.*\W)?(?i:{_WORDY_ROADS}|{_FRENCH_ROADS}|singapore|lot|moo|m)\b"
    rf"|\b(?i:{_CALLES}|{_PIAZZE}|jl|jln|gg|rt|blok|blk|cep|persiaran|c/|c|r)[ .:].*\d"
    rf"|(?i:straße|strasse|str\.|{_GERMAN_ENDS}) \d|\d, \d{{5}}|[A-Z]\d[A-Z\dW]? ?[A-Z\d]{{3}}"
    rf"|(?i:{_LANES}|{_QUARTERS}) |[\u0e00-\u0e7f].*\d|[〒都道府県].*\d"
)


@cache
def _personal() -> re.Pattern[str]:
    kinds = {"mail": _MAILS, "address": _ADDRESSES, "phone": _PHONES}
    return re.compile("|".join(f"(?P<{kind}>{'|'.join(some)})" for kind, some in kinds.items()))


def find_personal(text: str) -> Iterator[re.Match[str]]:
    """What is personal in *text*, each named by its group."""
    plain = text.translate(LOOKALIKES)
    hinted = _HINTS.search(_DATES.sub("", plain))
    return _personal().finditer(plain) if hinted else iter(())
