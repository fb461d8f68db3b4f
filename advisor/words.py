"""The fixed words of an answer in both languages: labels, verdicts, outcomes, amounts."""

from __future__ import annotations

from typing import Literal, get_args

from advisor.text import Text


def make_vocabulary(**words: tuple[str, str]) -> dict[str, Text]:
    """Return texts by word, each given as (English, Chinese); an underscore in a word becomes a hyphen."""
    return {name.replace("_", "-"): Text(en=en, zh=zh) for name, (en, zh) in words.items()}


Label = Literal["clear", "lean", "either-will-do", "depends", "not-enough-evidence"]
"""How sure an answer is, the surest first."""
SUREST_FIRST: tuple[Label, ...] = get_args(Label)
UNDECIDED: tuple[Label, ...] = ("either-will-do", "depends", "not-enough-evidence")
"""Labels that name no winner."""
LABELS = make_vocabulary(
    clear=("CLEAR", "明确"),
    lean=("LEAN", "倾向"),
    either_will_do=("EITHER WILL DO", "两者皆可"),
    depends=("IT DEPENDS", "视情况而定"),
    not_enough_evidence=("NOT ENOUGH EVIDENCE", "证据不足"),
)
VERDICTS = make_vocabulary(
    confirmed=("confirmed", "证实"),
    refuted=("refuted", "否定"),
    inconclusive=("inconclusive", "无法判定"),
    untested=("untested", "未验证"),
)
RUN_VERDICTS = ("confirmed", "refuted", "inconclusive", "untested")
"""The verdicts that runs give, in the order they are told (`reasoning.readings.Verdict`)."""
BASES = make_vocabulary(
    documented=("documented", "有文献依据"),
    stated=("stated only", "仅为陈述"),
    hard_limit=("a hard limit", "硬性约束"),
    inspected=("inspected", "查验所得"),
    counted=("counted in code", "由代码统计"),
    measured_here=("measured here", "本机实测"),
    measured_elsewhere=("measured elsewhere", "别处实测"),
)
"""What a ground rests on."""
REVIEWS = make_vocabulary(
    holds=("holds", "仍成立"),
    outdated=("outdated", "已过时"),
    wrong=("wrong", "有误"),
    contradictory=("contradictory", "自相矛盾"),
    opinion=("opinion", "观点"),
)
READINGS = make_vocabulary(
    article=("article alone", "仅按文章"),
    reviewed=("+ reviewed", "+ 文献复核"),
    measured=("+ measured", "+ 实测"),
)
TOPICS = make_vocabulary(
    use_case=("use case", "应用场景"),
    scale=("scale", "规模"),
    dev_efficiency=("dev efficiency", "开发效率"),
    performance=("performance", "性能"),
    deployment=("deployment", "部署"),
    hardware=("hardware", "硬件"),
    longevity=("longevity", "持久性"),
    compliance=("compliance", "合规"),
    team=("team", "团队"),
)


def topic(id: str) -> Text:
    """Return the name of a topic; one that is not built in is called by its id."""
    return TOPICS.get(id, Text(en=id, zh=id))


LEVELS = make_vocabulary(
    poor=("poor", "很弱"),
    weak=("weak", "弱"),
    fair=("fair", "中等"),
    good=("good", "好"),
    strong=("strong", "强"),
)
SOURCE_KINDS = make_vocabulary(
    article=("article", "文章"),
    documentation=("documentation", "官方文档"),
    installed_source=("installed source code", "已安装版本的源码"),
    report=("report", "公开报告"),
    measurement=("recorded measurement", "已记录的测量"),
    inspection=("inspection", "查验"),
    index=("package index", "软件包索引"),
    judgement=("judgement", "主观判断"),
)
BELIEF_SOURCES = SOURCE_KINDS | make_vocabulary(
    measured_here=("measured here", "本机实测"),
    prior=("prior assumption", "先验假设"),
)
"""What a belief can rest on."""
OUTCOMES = make_vocabulary(
    works=("works", "可用"),
    fails=("fails", "报错"),
    absent=("absent", "未提供"),
    present=("present", "存在"),
    no_effect=("NO EFFECT", "不起作用"),
    true=("yes", "是"),
    false=("no", "否"),
    eager=("eager", "即时执行"),
    traced=("traced", "图方式"),
    passed=("passed", "通过"),
)
IMPORTANCES = make_vocabulary(
    ignore=("ignore", "不计"),
    minor=("minor", "次要"),
    normal=("normal", "一般"),
    major=("major", "重要"),
)
COUNTED = make_vocabulary(
    yes=("yes", "是"),
    no=("no", "否"),
    partly=("partly", "部分"),
)
"""Whether a measure counts for a project (`reasoning.advice.Counts`)."""


MEASURES = make_vocabulary(
    gradient_error=("gradient error", "梯度误差"),
    gradient_agrees=("gradient agrees with the formula", "梯度与公式一致"),
    gradient_equal=("gradient of the whole batch", "梯度与整批一致"),
    learned=("learned the weights", "学到权重"),
    execution=("execution", "执行方式"),
    session_api=("tf.Session", "tf.Session"),
    function_with_control_dependencies=("the function", "该函数"),
    explicit_graph_needed=("graph by hand needed", "须手动建图"),
    data_if_compiled=("data `if` when compiled", "编译后的数据 if"),
    structured_op=("structured control flow", "结构化控制流"),
    api_names=("API names", "API 名称数"),
    first_step_s=("first step", "首步"),
    import_s=("import", "导入"),
    peak_mb=("peak memory", "内存峰值"),
    device_peak_mb=("device memory", "显存峰值"),
    step_ms=("step", "单步"),
    build_s=("build", "构建"),
    step_spread=("spread", "步间离散"),
    warmup_share=("warm-up", "预热占比"),
    gate=("gate", "等价性检验"),
    gflops=("GFLOP/s", "GFLOP/s"),
)
"""What measures are called that no criterion reads."""


def amount(value: float | str | bool) -> Text:
    """Return a measured value in words: an outcome, or a number with three significant digits."""
    if isinstance(value, bool):
        return OUTCOMES["true" if value else "false"]
    if isinstance(value, str):
        return OUTCOMES.get(value, Text(en=value, zh=value))
    number = f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
    return Text(en=number, zh=number)
