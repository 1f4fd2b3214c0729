"""What is run of a package: steps, each with fixed inputs."""

from datetime import date, datetime, timedelta

from dateutil import easter, parser, relativedelta, rrule, tz
from dateutil.utils import within_delta

from saltern import step

DAY = datetime(2020, 2, 29, 13, 30)


@step(version="1", writes="json")
def parsed():
    texts = (
        "2020-01-02T03:04:05+02:00",
        "Jan 5, 2021 4pm",
        "3rd of May 2001",
        "10/11/12",
        "12:30",
        "20200229",
        "Thu 5 Mar",
    )
    return [str(parser.parse(text, default=DAY)) for text in texts] + [
        str(parser.isoparse("2020-W05-3")),
        str(parser.parse("10.11.12", dayfirst=True, default=DAY)),
        str(parser.parse("today is 3 May 1999", fuzzy=True, default=DAY)),
    ]


@step(version="1", writes="json")
def deltas():
    delta = relativedelta.relativedelta(months=+1, days=-3, weekday=relativedelta.MO(+1))
    between = relativedelta.relativedelta(datetime(2021, 5, 1), DAY)
    return [
        str(DAY + delta),
        repr(between),
        repr(between.normalized()),
        repr(delta * 2),
        str(DAY - between),
        bool(delta),
    ]


@step(version="1", writes="json")
def rules():
    every = rrule.rrule(rrule.MONTHLY, count=5, byweekday=rrule.FR(-1), dtstart=DAY)
    text = rrule.rrulestr("DTSTART:20200101T000000\nRRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,TH")
    both = rrule.rruleset()
    both.rrule(rrule.rrule(rrule.DAILY, count=5, dtstart=DAY))
    both.exdate(datetime(2020, 3, 1, 13, 30))
    yearly = rrule.rrule(rrule.YEARLY, byyearday=[1, 60], count=4, dtstart=DAY)
    found = [list(map(str, one)) for one in (every, text, both, yearly)]
    return [*found, str(every), str(every.after(DAY)), every.count()]


@step(version="1", writes="json")
def zones():
    zone = tz.tzstr("EST5EDT")
    offset = tz.tzoffset("X", 3600)
    moment = datetime(2020, 7, 1, 12, tzinfo=zone)
    span = tz.tzrange("AAA", -18000, "BBB")
    return [
        str(moment),
        moment.dst(),
        str(moment.astimezone(offset)),
        repr(offset),
        repr(tz.UTC),
        tz.tzutc() == tz.UTC,
        moment.replace(tzinfo=span).tzname(),
        str(tz.resolve_imaginary(datetime(2020, 3, 8, 2, 30, tzinfo=zone))),
    ]


@step(version="1", writes="json")
def others():
    return [
        easter.easter(2020),
        easter.easter(1700, 1),
        easter.easter(2020, 2),
        date(2020, 1, 1),
        within_delta(DAY, DAY, timedelta(1)),
    ]
