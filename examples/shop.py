# ruff: noqa: E501 - one line a product, video or ad
"""Luna Beauty, an invented small shop in Mexico: what it sells, films and advertises.

Money is in Mexican pesos; shares are fractions. What is planted is marked with "planted".
"""

from datetime import date, datetime

import attrs

CURRENCY = "MXN"
USD_RATE = 0.055
HANDLE = "lunabeauty.mx"
CREATOR_ID = "7311408862250173446"
FIRST, LAST = date(2026, 9, 1), date(2026, 10, 31)
DOWNLOADED = date(2026, 11, 2)


@attrs.frozen
class Product:
    """*clicks*: clicks of the product card a day; *ctor*: SKU orders per click."""

    id: str
    name: str
    price: float
    clicks: float
    ctor: float
    card_only: bool = False


@attrs.frozen
class Video:
    """*views* a day; *ctr*: product clicks per view; *engagement*: interactions per view."""

    id: str
    title: str
    posted: datetime
    product: int
    views: float
    ctr: float
    engagement: float


@attrs.frozen
class Ad:
    """*cpc* in US dollars; *cvr*: purchases per click."""

    id: str
    name: str
    group: tuple[str, str]
    campaign: tuple[str, str]
    impressions: float
    ctr: float
    cpc: float
    cvr: float


PRODUCTS = (
    Product(
        "1735210048812760001", "Labial mate larga duración, 24 h | Rosa Vino 💄", 389.0, 56, 0.042
    ),
    Product(
        "1735210048812760002",
        "Gloss hidratante con ácido hialurónico, 3 tonos ✨",
        459.0,
        52,
        0.041,
    ),
    Product("1735210048812760003", "Paleta de sombras “Noche de Luna”, 18 tonos", 689.0, 50, 0.040),
    Product("1735210048812760004", "Sérum facial vitamina C 20 %, 30 ml", 549.0, 58, 0.042),
    Product(
        "1735210048812760005", "Kit brochas de maquillaje 12 pzs | vegano 🌿", 649.0, 48, 0.040
    ),
    Product("1735210048812760006", "Vestido midi satinado, manga corta", 799.0, 50, 0.041),
    Product("1735210048812760007", "Aretes de luna, baño de oro 18k 🌙", 329.0, 52, 0.043),
    # planted: many look, few buy
    Product(
        "1735210048812760008",
        "Plancha alaciadora profesional, 230 °C",
        899.0,
        205,
        0.009,
        card_only=True,
    ),
    Product("1735210048812760009", "Bolsa crossbody mini, piel vegana | negra", 629.0, 50, 0.040),
    Product("1735210048812760010", "Protector solar FPS 50 con color, 50 ml ☀️", 429.0, 58, 0.042),
    Product("1735210048812760011", "Conjunto lounge 2 piezas, algodón", 719.0, 48, 0.040),
    Product("1735210048812760012", "Mascarilla capilar de argán, 300 ml", 379.0, 54, 0.042),
)

VIDEOS = (
    Video("7538842100457213201", "3 looks con un solo labial 💄, ¿cuál te gusta más? #labial #grwm", datetime(2026, 8, 21, 19, 4, 11), 0, 1250, 0.021, 0.049),
    Video("7539914870233517318", "Gloss que sí hidrata, probado 12 horas ✨", datetime(2026, 8, 24, 20, 15, 2), 1, 1100, 0.019, 0.051),
    Video("7541203399810224452", "Noche de Luna: 18 tonos, un ojo ahumado en 60 s", datetime(2026, 8, 28, 18, 40, 33), 2, 1300, 0.020, 0.048),
    Video("7542688125004811789", "Mi rutina de mañana con vitamina C 🍊, paso a paso", datetime(2026, 8, 30, 8, 5, 47), 3, 1400, 0.018, 0.052),
    # planted: watched and liked, but hardly anybody taps the product
    Video("7543120077349916934", "Limpia tus brochas así\ny duran el doble 🌿 #tips", datetime(2026, 8, 30, 21, 30, 0), 4, 2300, 0.0042, 0.050),
    Video("7543377410268817675", "Un vestido, tres zapatos | ideas para oficina", datetime(2026, 8, 31, 17, 22, 9), 5, 1200, 0.022, 0.047),
    Video("7543398866147720462", "Unboxing: aretes de luna 🌙, ¿oro o plata?", datetime(2026, 8, 31, 20, 48, 26), 6, 1050, 0.021, 0.053),
    # planted: seen and tapped, but nobody reacts
    Video("7543402215904463118", "Bolsa mini: qué cabe y qué no", datetime(2026, 8, 31, 21, 59, 58), 8, 2000, 0.019, 0.013),
    Video("7550981200341176583", "Reaplica tu protector sin arruinar el maquillaje ☀️", datetime(2026, 9, 20, 9, 12, 20), 9, 1500, 0.020, 0.050),
    Video("7556011347780249861", "Lounge set: ¿dormir, salir o ambas? 😴", datetime(2026, 10, 4, 19, 30, 41), 10, 1600, 0.020, 0.051),
)  # fmt: skip

FLAGGED_VIDEO = VIDEOS[3]  # planted: one open violation

_SALES = ("LB | Ventas | Labiales y gloss 💋", "1847700132508801")
_REACH = ("LB | Prospecting | UGC, 18-34", "1847700132508802")
_RETURN = ("LB | Retargeting | carrito 14 d", "1847700132508803")

ADS = (
    Ad("1847712004410011", "Labial 3 looks_v2.mp4", ("MX, mujeres 18-34, belleza", "1847705550010001"), _SALES, 2500, 0.018, 0.86, 0.080),
    Ad("1847712004410012", "Gloss 12h | testimonial ✨", ("MX, mujeres 18-34, belleza", "1847705550010001"), _SALES, 2300, 0.021, 0.92, 0.082),
    # planted: a weak hook, twice
    Ad("1847712004410013", "Catálogo otoño, logo al inicio.mp4", ("MX, amplio 18-44", "1847705550010002"), _REACH, 4400, 0.0055, 2.15, 0.185),
    Ad("1847712004410014", "Detrás de cámaras, 40 s | intro larga", ("MX, amplio 18-44", "1847705550010002"), _REACH, 4000, 0.0058, 2.25, 0.190),
    Ad("1847712004410015", "UGC Dani: vitamina C antes/después", ("MX, skincare, lookalike 2 %", "1847705550010003"), _REACH, 2600, 0.019, 0.88, 0.081),
    # planted: people click, the product page loses them
    Ad("1847712004410016", "Plancha pro: de rizo a lacio en 5 min 🔥", ("MX, cabello, intereses", "1847705550010004"), _SALES, 2600, 0.021, 0.95, 0.013),
    Ad("1847712004410017", "Vuelve por tu vestido | -10 %", ("Carrito abandonado, 14 días", "1847705550010005"), _RETURN, 2100, 0.022, 0.84, 0.084),
)  # fmt: skip

TERRITORIES = {
    "MX": 0.83,
    "US": 0.052,
    "CO": 0.031,
    "GT": 0.018,
    "PE": 0.014,
    "ES": 0.01,
    "Others": 0.045,
}
GENDERS = {"Female": 0.58, "Male": 0.41, "Other": 0.01}

LIVE_TITLES = (
    "Luna en vivo: ofertas de la noche 🌙",
    "GRWM y regalos, ¡quédate al final!",
    "Skincare con Dani | preguntas y respuestas",
)
