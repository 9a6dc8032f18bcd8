"""Re-imports: what changed is shown before and after, nothing is doubled, nothing is lost (complaint of domain 7.5)."""

from cohort_builders import read_rows, row

from vc_issuer.intake.diff import ChangeKind, compare_cohorts, merge_records
from vc_issuer.model.record import ResultStatus

FIRST = (row(), row(onderdeel="MC03-B", punt="9"), row(studentennummer="0240102", naam="Ng", punt="11"))


def records(*rows):
    reading = read_rows(*rows)
    assert reading.is_clean
    return reading.records


def kinds(difference):
    return {kind: len(difference.of(kind)) for kind in ChangeKind if difference.of(kind)}


def test_same_file_again_changes_nothing():
    stored = records(*FIRST)
    difference = compare_cohorts(stored, records(*reversed(FIRST)))
    assert kinds(difference) == {ChangeKind.UNCHANGED: 3}
    assert difference.is_empty
    assert merge_records(stored, records(*FIRST)) == stored


def test_changed_line_tells_before_and_after():
    stored = records(*FIRST)
    difference = compare_cohorts(stored, records(row(punt="15", naam="Zoë Dhondt"), *FIRST[2:]))
    changed = difference.of(ChangeKind.CHANGED)
    assert [(field.name, field.before, field.after) for field in changed[0].fields] == [
        ("name", "Zoë D'Hondt", "Zoë Dhondt"),
        ("mark", "14", "15"),
    ]
    assert str(changed[0].before.mark) == "14"
    assert str(changed[0].after.mark) == "15"


def test_new_and_missing_lines_are_told_apart():
    new = row(studentennummer="0240103", naam="O")
    difference = compare_cohorts(records(*FIRST), records(*FIRST[:2], new))
    assert kinds(difference) == {ChangeKind.UNCHANGED: 2, ChangeKind.NEW: 1, ChangeKind.MISSING: 1}
    assert difference.of(ChangeKind.NEW)[0].before is None
    assert difference.of(ChangeKind.MISSING)[0].after is None


def test_missing_line_is_kept_and_nothing_is_doubled():
    merged = merge_records(records(*FIRST), records(row(punt="15")))
    assert [len(record.results) for record in merged] == [2, 1]
    assert str(merged[0].results[0].mark) == "15"
    assert merged[0].results[1].status is ResultStatus.FAILED


def test_other_runs_are_not_missing():
    stored = records(*FIRST, row(uitvoering="2023-2024", evaluatiedatum="2024-06-12", punt="8"))
    assert kinds(compare_cohorts(stored, records(*FIRST))) == {ChangeKind.UNCHANGED: 3}


def test_second_chance_replaces_the_first():
    stored = records(row(punt="8"))
    second = records(row(punt="14", examenkans="2"))
    (line,) = compare_cohorts(stored, second).of(ChangeKind.CHANGED)
    assert {field.name: field.after for field in line.fields} == {"mark": "14", "status": "passed", "attempt": "2"}
    assert merge_records(stored, second)[0].results[0].attempt == 2


def test_older_file_does_not_take_a_later_chance_away():
    stored = records(row(punt="14", examenkans="2"))
    older = records(row(punt="8"))
    assert kinds(compare_cohorts(stored, older)) == {ChangeKind.OLDER: 1}
    assert str(merge_records(stored, older)[0].results[0].mark) == "14"


def test_file_without_birth_dates_does_not_erase_them():
    stored, without = records(*FIRST), records(*({**each, "geboortedatum": ""} for each in FIRST))
    assert compare_cohorts(stored, without).is_empty
    assert all(record.learner.birth_date for record in merge_records(stored, without))


def test_nothing_personal_stands_in_a_difference_as_text():
    difference = compare_cohorts(records(*FIRST), records(row(punt="15", naam="Zoë Dhondt")))
    assert not [word for word in ("0240101", "Hondt", "Dhondt") if word in repr(difference)]
