"""Believable result documents, from none of the findings to hundreds."""

import hashlib

import attrs

from advisor.document import (
    SCHEMA_VERSION,
    ActionInfo,
    AdvisorInfo,
    Amount,
    BandInfo,
    ChangeInfo,
    ChangeRow,
    CourseInfo,
    Document,
    DoneInfo,
    DoneResult,
    EngineInfo,
    Evidence,
    ExportInfo,
    FindingChange,
    FindingInfo,
    FocusInfo,
    FunnelInfo,
    FunnelStep,
    Healthy,
    InputInfo,
    Kpi,
    MarginInfo,
    Message,
    Money,
    MonthGoal,
    MonthInfo,
    NoteInfo,
    OutcomeCount,
    PackInfo,
    PeriodInfo,
    Point,
    PriorityInfo,
    QuarterTarget,
    Ranked,
    Ranking,
    Reconciliation,
    SetAsideInfo,
    ShopInfo,
    SinceInfo,
    StoryLine,
    SubjectInfo,
    SuppressedInfo,
    TrialInfo,
    Unjudged,
    Watch,
)

HOSTILE_NAMES = (
    "two\nlines\r\n# and a heading",
    "a | cell | more",
    "<script>alert(1)</script>",
    '=HYPERLINK("http://evil.example","x")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\x1b[2J\x1b]0;owned\x07screen",
    "invoice\u202egnp.exe \u2066hidden\u2069",
    "\u200fשלום\u200f עולם",
    "👩‍🚀 launch 🏳️‍🌈 day",
    "{{ 7*7 }} {% for x in y %}",
    "[red]stop[/red] [link=http://evil.example]x[/link]",
    "[click](javascript:alert(1)) ![i](http://evil.example/i.png)",
    "`code` *bold* __strong__ ~~gone~~ \\",
    "1. not a list",
    "- [ ] not a task",
    "&lt;b&gt; &#60;",
    "https://evil.example and www.evil.example",
    "Ein sehr langer Name " * 20,
)
HARMLESS_NAMES = tuple(f"name {number}" for number, _ in enumerate(HOSTILE_NAMES))
TRAFFIC = "tiktok-ads-2025-11.xlsx"
ORDER = "critical first, then by priority"


def sha(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def evidence(
    metric: str, title: str, value: float, text: str, *, levels: tuple[str, ...], row: int = 2
) -> Evidence:
    band = BandInfo(0.01, 0.03, "1–3 %", "guide, metric.ctr")
    return Evidence(
        metric=metric,
        title=title,
        value=value,
        low=value * 0.9,
        high=value * 1.1,
        n=18_400.0,
        levels=levels,
        band=band if metric == "ctr" else BandInfo(0.5, 1.5, "$0.50–1.50", "guide, metric.cpc"),
        text=text,
        sure="sure",
        test=f"{metric} is {' or '.join(levels)}",
        file=TRAFFIC,
        rows=((row, row + 27), (row + 40, row + 40)),
        definition="",
    )


def finding(name: str, number: int = 0, *, severity: str = "medium") -> FindingInfo:
    return FindingInfo(
        id=f"f{number:05d}",
        rule="guide/weak-hook",
        guide=("diag.weak-hook",),
        severity=severity,
        status="stable",
        subject=SubjectInfo("ad", f"1790{number:06d}", name),
        evidence=(
            evidence("ctr", "CTR", 0.006, "0.6 %", levels=("low",), row=number + 2),
            evidence("cpc", "CPC", 2.1, "$2.10", levels=("high",), row=number + 2),
        ),
        unchecked=("whether the campaign buys awareness",),
        explained_by=(),
        message=Message(
            text=f"{name}: 0.6 % of viewers click where 1–3 % is usual, so each click costs $2.10",
            template="{ad.name}: {ctr} of viewers click where {ctr.band} is usual, so …",
            parameters={"ad.name": name, "ctr": "0.6 %", "ctr.band": "1–3 %", "cpc": "$2.10"},
        ),
        why="A weak opening is paid for twice: fewer people click, and each click costs more.",
        misleading_when="The campaign buys awareness, not clicks.",
        confidence=0.97,
        stake=310.0 - number % 300,
    )


def violations() -> FindingInfo:
    measured = Evidence(
        metric="violations",
        title="Violations",
        value=2.0,
        low=2.0,
        high=2.0,
        n=None,
        levels=("high",),
        band=None,
        text="2",
        sure="exact",
        test="violations at least 1",
        file="violations.csv",
        rows=((2, 3),),
    )
    return FindingInfo(
        id="v00001",
        rule="guide/violations",
        guide=("diag.violations",),
        severity="critical",
        status="stable",
        subject=SubjectInfo("shop", "glow-lab", "Glow Lab"),
        evidence=(measured,),
        unchecked=(),
        explained_by=(),
        message=Message("2 violations in 28 days", "{violations} violations in 28 days", {}),
        why="No growth is possible on an account that is not in good standing.",
        misleading_when="",
        confidence=1.0,
        stake=None,
    )


def money(mid: float) -> Money:
    said = f"about ${mid:.0f}/month in sales"
    likely = f"likely ${mid * 0.6:.0f}–{mid * 1.5:.0f}"
    amount = f"${mid:.0f}"
    return Money(mid * 0.6, mid, mid * 1.5, "USD", "30 days", "sales", said, likely, amount)


def set_aside(name: str) -> SetAsideInfo:
    return SetAsideInfo(
        rule="guide/scale",
        lever="ads.budget",
        lever_title="the ad budget",
        direction="raise",
        do="Raise the budget of what works",
        subjects=(name,),
        findings=(),
        kept="a00002",
        gain=money(40.0),
        because="“Lower the budget” moves the ad budget the other way here",
    )


def action(findings: tuple[FindingInfo, ...], rank: int = 2, **changes: object) -> ActionInfo:
    made = ActionInfo(
        id=f"a{rank:05d}",
        rank=rank,
        rule="guide/weak-hook",
        severity="medium",
        findings=tuple(item.id for item in findings),
        also_explains=(),
        after=("a00001",) if rank > 1 else (),
        lever="creative.hook",
        lever_title="Hook",
        direction="change",
        do="Test three new openings against the current one",
        steps=(
            "Film three openings of two seconds.",
            "Run them beside the current one for 7 days.",
        ),
        owner="creative",
        owner_title="creative",
        effort=4.0,
        start="this-week",
        due="2025-11-30",
        stop="Two rounds of three openings changed nothing.",
        done=(DoneInfo("ctr", ("good", "high"), 9_000, 12, "CTR is 1 % or more"),),
        trial=TrialInfo(
            "ctr", "split", 12_000, 14, 0.009, "each version needs about 12,000 impressions"
        ),
        gain=money(200.0),
        adds=money(150.0),
        no_gain_because=None,
        chance=0.4,
        chance_text="about 40 % of the shop's own ads are there",
        confidence=0.97,
        priority=PriorityInfo(
            19.4, 200.0, 0.4, 0.97, 4.0, 1.0, critical=False, text="$200 x 40 % x 97 % / 4 hours"
        ),
    )
    return attrs.evolve(made, **changes)  # type: ignore[arg-type]


def compliance(found: FindingInfo) -> ActionInfo:
    return action(
        (found,),
        1,
        rule="guide/violations",
        severity="critical",
        lever="account.compliance",
        lever_title="Compliance",
        direction="restore",
        do="Answer both violations and audit all listings",
        steps=("Appeal what is wrong.", "Take down what is right.", "Read the policy update."),
        owner="operations",
        owner_title="operations",
        effort=16.0,
        done=(DoneInfo("violations", ("good",), None, None, "No violation in 28 days"),),
        trial=None,
        gain=None,
        adds=None,
        start="now",
        no_gain_because="the account itself is at stake",
    )


def input_file(name: str = TRAFFIC, problem: str | None = None) -> InputInfo:
    if problem:
        return InputInfo(name, None, None, 0, {}, sha(name), problem=problem)
    return InputInfo(
        file=name,
        kind="ads-manager",
        title="Ads Manager, by ad and day",
        rows=336,
        left_out={"total row": 1, "duplicate": 12},
        sha256=sha(name),
        first="2025-09-28",
        last="2025-11-22",
        currency="USD",
    )


def kpi(metric: str, title: str, text: str, goal: str | None, *, impact: bool = True) -> Kpi:
    return Kpi(
        metric=metric,
        title=title,
        goal=goal,
        value=1.0,
        low=0.9,
        high=1.1,
        before=0.8,
        levels=("low",),
        text=text,
        band_text="3–5 %" if impact else None,
        before_text="2.4 %" if impact else None,
        trend="rising" if impact else None,
        impact=impact,
        definition="",
        series=(
            *(Point(f"2025-11-{day}", 1.0) for day in range(10, 22)),
            Point("2025-11-22", None),
        ),
        band=BandInfo(3.0, 5.0, "3–5 %", "the guide") if impact else None,
    )


def month_goal(name: str) -> MonthGoal:
    said = f"{name}: CTR from 0.6 % to at least 0.8 %, half of the way to 1 %"
    return MonthGoal("a00002", "ctr", name, 0.006, 0.008, "2025-12-23", said)


def ranked(name: str, number: int) -> Ranked:
    subject = SubjectInfo("video", f"v{number:05}", name)
    return Ranked(subject, 0.075, 40.0, "7.5 %", 0.033, 0.014, 0.052, "3.3 %")


def ranking(name: str) -> Ranking:
    return Ranking(
        kind="video",
        plural="videos",
        metric="view_ctr",
        title="CTR (per view)",
        definition="Product clicks / views.",
        subjects=12,
        usual=0.02,
        usual_text="2 %",
        best=(ranked(name, 1),),
        worst=(attrs.evolve(ranked(f"{name} again", 2), n=None),),
    )


def focus(name: str = "improve ad efficiency") -> FocusInfo:
    text = f"No goal is set; the weakest is {name}: 1 of 2 KPIs that could be judged is weak"
    return FocusInfo("ads", name, "1 of 2", ("roas",), 'focus = "ads"', text)


def funnel(title: str = "Shop: impressions to orders") -> FunnelInfo:
    """Of a thousand, fifty click."""
    return FunnelInfo(
        id="shop",
        title=title,
        first="2025-10-26",
        last="2025-11-22",
        steps=(
            FunnelStep(title, 1000.0, "1,000", None, None),
            FunnelStep("product clicks", 50.0, "50", 0.05, "5 %"),
            FunnelStep("SKU orders", 0.0, "0", 0.0, "0 %"),
        ),
    )


def export(
    title: str = "LIVE analysis", where: str = "Seller Center > LIVE > Export"
) -> ExportInfo:
    return ExportInfo("live-sessions", title, where, False, False, ("guide/live-gmv",))


def settlement() -> Reconciliation:
    """From the money of orders to what is paid out."""
    whole = side_by_side()
    fees = (("settled revenue", 1000.0), ("platform fees", -60.0), ("ads", -140.0))
    return attrs.evolve(
        whole,
        id="revenue-to-settlement",
        title="From settled revenue to the settlement",
        total=Amount("settlement (paid out)", 790.0, "$790", "", (TRAFFIC,)),
        parts=tuple(Amount(title, value, f"${value:.0f}", "", ("a.csv",)) for title, value in fees),
        missing=(),
        rest=-10.0,
        rest_text="-$10",
    )


def side_by_side(name: str = "shop-2025-11.xlsx") -> Reconciliation:
    return Reconciliation(
        id="gmv-and-ads",
        title="The shop's GMV and the revenue from ads",
        first="2025-10-26",
        last="2025-11-22",
        total=Amount("GMV of the shop", 41_200.0, "$41,200.00", "Paid orders.", (name,)),
        parts=(Amount("revenue from ads", 12_360.0, "$12,360.00", "", (TRAFFIC, "b.csv")),),
        missing=("GMV of the product card",),
        rest=28_840.0,
        rest_text="$28,840.00 (70 %)",
        because="Ads book a sale on the day of the click, the shop on the day of payment.",
    )


def course(title: str = "sales", target: bool = True) -> CourseInfo:
    says = (f"{title} rise by 4.2 % a month (1.1–7.3 %), by the robust slope of 112 days.",)
    return CourseInfo(
        id="sales",
        title=title,
        first="2025-08-01",
        last="2025-11-20",
        days=112,
        left_out=2,
        growth=0.042,
        low=0.011,
        high=0.073,
        weekdays=(0.9, 0.9, 1.0, 1.0, 1.1, 1.4, 1.2),
        months=(
            MonthInfo("2025-10", 31, True, 38_000.0, "$38,000", None, None),
            MonthInfo("2025-11", 20, False, 26_000.0, title, 0.06, "6 %"),
        ),
        target=QuarterTarget(
            first="2026-01-01",
            last="2026-03-31",
            known=0.0,
            known_days=0,
            low=118_000.0,
            mid=131_000.0,
            high=146_000.0,
            level=122_000.0,
            target=131_000.0,
            stated=None,
            says=(f"Target for {title}: $131,000, where the trend leads.",),
        )
        if target
        else None,
        says=says,
        needs="",
        series=tuple(Point(f"2025-11-{day:02}", 1000.0 + day) for day in range(1, 21)),
        trend=tuple(Point(f"2025-11-{day:02}", 1010.0) for day in range(1, 21)),
    )


def empty() -> Document:
    """Nothing was found, and nothing could be looked at."""
    return Document(
        schema_version=SCHEMA_VERSION,
        advisor=AdvisorInfo("0.1.0", EngineInfo("durable_rules", "2.0.28"), ()),
        shop=ShopInfo("shop", "", None, None, None, None, None, None, None),
        margin=MarginInfo(None, "", "no margin is known", ()),
        period=PeriodInfo(None, None, None, None, "2025-11-23"),
        inputs=(),
        story=(),
        kpis=(),
        plan=(),
        set_aside=(),
        total=(),
        goals=(),
        findings=(),
        rankings=(),
        outcomes=(),
        healthy=(),
        watch=(),
        coverage=(),
        reconciliation=(),
        data_notes=(),
        order=ORDER,
    )


def change(title: str = "Serum") -> ChangeInfo:
    """Twice the visitors, and an eighth less for each."""
    row = ChangeRow(
        key="1729400000000000007",
        title=title,
        change=750.0,
        change_text="+$750",
        steps=(880.5, -130.5),
        step_texts=("+$881", "-$131"),
        other=0.0,
        other_text="$0",
    )
    rest = attrs.evolve(
        row, key="", title="not in these", steps=(0.0, 0.0), step_texts=("$0", "$0")
    )
    return ChangeInfo(
        id="by-step",
        title=f"GMV, by {title}",
        first="2026-10-04",
        last="2026-10-31",
        before_first="2026-09-06",
        before_last="2026-10-03",
        now=3_500.0,
        then=2_000.0,
        now_text="$3,500",
        then_text="$2,000",
        steps=("how many came", "what each of them spent"),
        rows=(row, attrs.evolve(rest, other=750.0, other_text="+$750")),
        total=attrs.evolve(row, key="", title="all together", change=1_500.0),
        because="Visitors are those of each day.",
    )


def quiet() -> Document:
    """Files were read and rules were judged; none found a problem."""
    return attrs.evolve(
        small(), plan=(), set_aside=(), total=(), goals=(), findings=(), story=small().story[:1]
    )


def small() -> Document:
    """A shop with two things to do and something in every section."""
    breach = violations()
    hooks = (finding("Serum in 10 seconds"), finding("Morning routine", 1))
    hooks = (hooks[0], attrs.evolve(hooks[1], explained_by=(breach.id,)))
    first = attrs.evolve(compliance(breach), also_explains=(hooks[1].id,))
    return Document(
        schema_version=SCHEMA_VERSION,
        advisor=AdvisorInfo(
            "0.1.0",
            EngineInfo("reference", "0.1.0", "durable_rules cannot be imported here."),
            (PackInfo("guide", "1.0.0", 21), PackInfo("operator", "1.0.0", 1)),
        ),
        shop=ShopInfo(
            "glow-lab", "Glow Lab", "small", "fashion-beauty", "US", "USD", None, 0.4, "ads"
        ),
        margin=MarginInfo(
            0.4, "advisor.toml", "40 % of the sales stay", ("ROAS breaks even at 2.5",)
        ),
        period=PeriodInfo("2025-10-26", "2025-11-22", "2025-09-28", "2025-10-25", "2025-11-23"),
        inputs=(input_file(), input_file("photo.csv", "not a table: it holds an image")),
        story=(
            StoryLine(
                "shines",
                "Clicks turn into orders",
                "guide/low-ctor",
                None,
                "product",
                14,
                "products",
            ),
            StoryLine("stalls", breach.message.text, breach.rule, breach.id, "shop", 1, "shops"),
            StoryLine("stalls", hooks[0].message.text, hooks[0].rule, hooks[0].id, "ad", 2, "ads"),
        ),
        kpis=(
            kpi("views", "Views", "412,000", None, impact=False),
            kpi("ctor", "CTOR", "2.9 %", "sales"),
            kpi("ctr", "CTR", "0.8 %", "ads"),
        ),
        plan=(first, action(hooks)),
        set_aside=(set_aside("Evening routine"),),
        total=(money(150.0),),
        goals=(month_goal("Serum in 10 seconds"),),
        findings=(breach, *hooks),
        rankings=(
            ranking("Serum in 10 seconds"),
            attrs.evolve(ranking("Night cream"), plural="LIVEs", best=(), worst=()),
        ),
        outcomes=(
            OutcomeCount("guide/weak-hook", "The hook earns its clicks", "ad", 2, 9, 3, 0, 1, 0),
        ),
        healthy=(Healthy("guide/low-ctor", "Clicks turn into orders", "product", 14, "products"),),
        watch=(
            Watch(
                "guide/weak-hook",
                SubjectInfo("ad", "1791", "Night cream"),
                "CTR 0.9 % may still be good; about 2,300 more impressions, or 4 days, would tell",
                4,
            ),
        ),
        coverage=(
            Unjudged(
                "guide/live-gmv",
                "GMV of each LIVE",
                "no LIVE export was given",
                "add the LIVE export (Seller Center > Data Compass > LIVE)",
            ),
        ),
        reconciliation=(side_by_side(), settlement()),
        data_notes=(
            NoteInfo("overlap", "3 days were in two files; the later one counts", TRAFFIC),
        ),
        order=ORDER,
        since=since(),
        done=(result(),),
        suppressed=(muted(),),
        changes=(change(),),
        courses=(
            course(),
            attrs.evolve(
                course("items", target=False),
                months=(),
                says=(),
                needs="56 days more.",
                series=(),
                trend=(),
            ),
        ),
        funnels=(funnel(),),
        exports=(export(), export("Studio overview", "The account's own page")),
    )


def result(name: str = "Autumn, logo first") -> DoneResult:
    """An action that helped."""
    return DoneResult(
        action="a00001",
        rule="guide/weak-hook",
        do=name,
        kind="ad",
        subjects=(name,),
        day="2025-09-29",
        due="2025-10-29",
        note=name,
        verdict="helped",
        because="",
        metric="ctr",
        before=0.005,
        after=0.012,
        times=2.3,
        low=1.8,
        high=2.9,
        promised=money(100.0),
        gained=money(130.0),
        stopped=False,
        text=f"{name} (2025-09-29): helped.",
    )


def muted(name: str = "New photos are being made") -> SuppressedInfo:
    """A finding that the owner muted."""
    return SuppressedInfo(finding(name), name, "2025-12-31")


def since(name: str = "Autumn, logo first") -> SinceInfo:
    """What changed since a week before."""
    kinds = ("new", "worse", "better", "solved", "not-seen", "unchanged")
    return SinceInfo(
        day="2025-11-16",
        first="2025-10-18",
        last="2025-11-14",
        same_period=False,
        other=("settings",),
        new=1,
        worse=1,
        better=1,
        open=1,
        solved=1,
        not_seen=1,
        text="Since 2025-11-16: 1 new, 1 worse, 1 better, 1 solved, 1 still open.",
        findings=tuple(
            FindingChange(
                id=f"c{place}",
                rule="guide/weak-hook",
                severity="medium",
                subject=SubjectInfo("ad", str(place), name),
                change=change,
                reason="" if change == "unchanged" else "shop",
                since="2025-11-16",
                text=f"{name}: CTR 0.55 % (target 1 %)",
            )
            for place, change in enumerate(kinds)
        ),
    )


def large(findings: int = 500) -> Document:
    """A shop with *findings* weak hooks, under 25 actions, and long lists everywhere."""
    found = tuple(finding(f"Video {number}", number) for number in range(findings))
    actions = tuple(action(found[start::25], start + 1) for start in range(25))
    base = small()
    return attrs.evolve(
        base,
        findings=found,
        plan=(attrs.evolve(actions[0], also_explains=tuple(f.id for f in found[:9])), *actions[1:]),
        watch=base.watch * 40,
        coverage=base.coverage * 40,
        healthy=base.healthy * 40,
        data_notes=base.data_notes * 40,
        inputs=tuple(input_file(f"day-{number}.csv") for number in range(60)),
        kpis=base.kpis * 40,
    )


def hostile(names: tuple[str, ...] = HOSTILE_NAMES) -> Document:
    """Every text that a stranger can choose is an attack."""
    base = small()
    found = tuple(finding(name, number) for number, name in enumerate(names))
    return attrs.evolve(
        base,
        story=tuple(
            StoryLine("stalls", item.message.text, item.rule, item.id, "ad", 2) for item in found
        ),
        shop=attrs.evolve(base.shop, name=names[0]),
        findings=found,
        plan=tuple(
            action((item,), rank, do=item.subject.name) for rank, item in enumerate(found, start=1)
        ),
        inputs=tuple(input_file(name) for name in names),
        watch=tuple(
            Watch(f"guide/x-{number}", item.subject, item.subject.name, number)
            for number, item in enumerate(found)
        ),
        coverage=tuple(Unjudged("guide/x", name, name, name) for name in names),
        rankings=tuple(ranking(name) for name in names),
        focus=focus(names[0]),
        reconciliation=tuple(side_by_side(name) for name in names),
        changes=tuple(change(name) for name in names),
        since=since(names[0]),
        done=tuple(result(name) for name in names),
        suppressed=tuple(muted(name) for name in names),
        data_notes=tuple(NoteInfo("name", name, name) for name in names),
        healthy=tuple(Healthy("guide/x", name, "ad", 1) for name in names),
        goals=tuple(month_goal(name) for name in names),
        set_aside=tuple(
            attrs.evolve(set_aside(name), do=name, because=name, also_explains=(found[0].id,))
            for name in names
        ),
        kpis=tuple(kpi("ctr", name, name, "ads") for name in names),
        courses=tuple(attrs.evolve(course(name), needs=name) for name in names),
        funnels=tuple(funnel(name) for name in names),
        exports=tuple(export(name, name) for name in names),
    )
