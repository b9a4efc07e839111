"""Statuses in codes and in words of many languages say whether something runs."""

import polars as pl
import pytest

from advisor.tabular.states import states

OVER = (
    "Paused", "Campaign paused; Ad completed", "AD_STATUS_CAMPAIGN_DISABLE", "DISABLE",
    "ADGROUP_STATUS_TIME_DONE", "CAMPAIGN_STATUS_ADVERTISER_AUDIT_DENY", "Off",
    "Not delivering",
    "Inactive", "Seller_deactivated", "Pausado", "Completada", "Inativo", "Concluída",
    "Tidak aktif",
    "Dijeda", "Không hoạt động", "Đã tạm dừng", "หยุดชั่วคราว", "캠페인 일시중지됨", "비활성",
    "一時停止中", "Tidak tersedia", "No disponible", "Não disponível", "Unavailable",
    "广告组已暂停", "未投放", "Gelöscht", "Pausiert", "Supprimée", "In pausa",
)  # fmt: skip
RUNNING = (
    "Active", "AD_STATUS_DELIVERY_OK", "ENABLE", "CAMPAIGN_STATUS_ENABLE", "On",
    "Learning completed",
    "Not delivering; Budget exceeded", "In review", "Activo", "Em veiculação", "Aktif",
    "Sedang tayang", "In queue", "Dalam antrean", "Mempelajari", "En cola", "Na fila",
    "Đang hoạt động", "ใช้งานอยู่", "게재 중", "활성", "配信中", "投放中", "Aktiv", "Attivo", "Actif",
)  # fmt: skip


@pytest.mark.parametrize("status", OVER)
def test_what_was_switched_off_or_has_ended_is_over(status: str) -> None:
    assert states([pl.Series([status])]).running.to_list() == [0.0]


@pytest.mark.parametrize("status", RUNNING)
def test_what_is_delivered_or_waits_runs(status: str) -> None:
    assert states([pl.Series([status])]).running.to_list() == [1.0]


def test_a_campaign_that_is_off_decides_over_an_ad_that_is_on() -> None:
    told = states([pl.Series(["Active", "Active", "--"]), pl.Series(["--", "Campaign paused", ""])])
    assert told.running.to_list() == [1.0, 0.0, None]
    assert (told.unknown, told.words) == (0, ())


def test_an_unknown_word_says_nothing_and_is_told() -> None:
    told = states([pl.Series(["Blue", "Active", "Blue", None])])
    assert told.running.to_list() == [None, 1.0, None, None]
    assert (told.unknown, told.words) == (2, ("Blue",))
