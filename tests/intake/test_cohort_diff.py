"""Re-imports: what changed is shown before and after, nothing is doubled, nothing is lost (complaint of domain 7.5)."""

from cohort_builders import read_rows, row

from vc_issuer.intake.diff import ChangeKind, compare_cohorts, known_of, merge_records
from vc_issuer.model.record import ResultStatus

FIRST = (row(), row(onderdeel="MC03-B", punt="9"), row(studentennummer="0240102", naam="Ng", punt="11"))


def records(*rows):
    reading = read_rows(*rows)
    assert reading.is_clean
    return reading.records


def compared(stored, incoming):
    return compare_cohorts(known_of(stored, incoming), incoming)


def kinds(difference):
    return {kind: count for kind, count in difference.counts.items() if count}


def test_same_file_again_changes_nothing():
    stored = records(*FIRST)
    difference = compared(stored, records(*reversed(FIRST)))
    assert kinds(difference) == {ChangeKind.UNCHANGED: 3}
    assert difference.is_empty
    assert merge_records(stored, records(*FIRST)) == stored


def test_changed_line_tells_before_and_after():
    stored = records(*FIRST)
    difference = compared(stored, records(row(punt="15", naam="Zoë Dhondt"), *FIRST[2:]))
    changed = difference.of(ChangeKind.CHANGED)
    assert [(field.name, field.before, field.after) for field in changed[0].fields] == [
        ("name", "Zoë D'Hondt", "Zoë Dhondt"),
        ("mark", "14", "15"),
    ]
    assert str(changed[0].before.mark) == "14"
    assert str(changed[0].after.mark) == "15"


def test_new_and_missing_lines_are_told_apart():
    new = row(studentennummer="0240103", naam="O")
    difference = compared(records(*FIRST), records(FIRST[0], new))
    assert kinds(difference) == {ChangeKind.UNCHANGED: 1, ChangeKind.NEW: 1, ChangeKind.MISSING: 2}
    assert difference.of(ChangeKind.NEW)[0].before is None
    assert [line.after for line in difference.of(ChangeKind.MISSING)] == [None]
    assert difference.other_lines == 1


def test_people_outside_the_reading_are_counted_and_not_kept():
    stored, incoming = records(*FIRST), records(FIRST[2])
    known = known_of(iter(stored), incoming)
    assert known.records == stored[1:]
    assert known.other_lines == 2


def test_missing_line_is_kept_and_nothing_is_doubled():
    merged = merge_records(records(*FIRST), records(row(punt="15")))
    assert [len(record.results) for record in merged] == [2, 1]
    assert str(merged[0].results[0].mark) == "15"
    assert merged[0].results[1].status is ResultStatus.FAILED


def test_other_runs_are_not_missing():
    stored = records(*FIRST, row(uitvoering="2023-2024", evaluatiedatum="2024-06-12", punt="8"))
    assert kinds(compared(stored, records(*FIRST))) == {ChangeKind.UNCHANGED: 3}


def test_second_chance_replaces_the_first():
    stored = records(row(punt="8"))
    second = records(row(punt="14", examenkans="2"))
    (line,) = compared(stored, second).of(ChangeKind.CHANGED)
    assert {field.name: field.after for field in line.fields} == {"mark": "14", "status": "passed", "attempt": "2"}
    assert merge_records(stored, second)[0].results[0].attempt == 2


def test_older_file_does_not_take_a_later_chance_away():
    stored = records(row(punt="14", examenkans="2"))
    older = records(row(punt="8"))
    assert kinds(compared(stored, older)) == {ChangeKind.OLDER: 1}
    assert str(merge_records(stored, older)[0].results[0].mark) == "14"


def test_file_without_birth_dates_does_not_erase_them():
    stored, without = records(*FIRST), records(*({**each, "geboortedatum": ""} for each in FIRST))
    assert compared(stored, without).is_empty
    assert all(record.learner.birth_date for record in merge_records(stored, without))


def test_nothing_personal_stands_in_a_difference_as_text():
    difference = compared(records(*FIRST), records(row(punt="15", naam="Zoë Dhondt")))
    assert not [word for word in ("0240101", "Hondt", "Dhondt") if word in repr(difference)]
