"""Trial registrations of ClinicalTrials.gov (version 2 of its JSON)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from consilience.records.build import Fields
from consilience.records.names import is_group
from consilience.records.record import Author

_HOME = "https://clinicaltrials.gov/study/"


def study_fields(study: Mapping[str, Any]) -> Fields:
    """The fields of one study: its registration is the record; modules without a place are kept as JSON."""
    protocol = study.get("protocolSection") or {}
    identity = protocol.get("identificationModule") or {}
    fields = Fields()
    number = str(identity.get("nctId") or "")
    fields.add("title", str(identity.get("officialTitle") or identity.get("briefTitle") or ""))
    fields.keep("briefTitle", str(identity.get("briefTitle") or ""))
    for one in (number, *_secondary(identity)):
        fields.add("registry", one)
    fields.add("accession", number)
    fields.add("url", f"{_HOME}{number}" if number else "")
    fields.add("source", "ClinicalTrials.gov")
    fields.add("type", "Trial Registration")
    _texts(fields, protocol)
    for name, module in study.items():
        if name != "protocolSection":
            fields.keep(name, json.dumps(module, ensure_ascii=False))
    return fields


def _secondary(identity: Mapping[str, Any]) -> Iterator[str]:
    """Numbers that other registries and sponsors gave."""
    for one in identity.get("secondaryIdInfos") or ():
        yield str(one.get("id") or "")


def _texts(fields: Fields, protocol: Mapping[str, Any]) -> None:
    """Summary, dates, people, conditions and interventions."""
    described = protocol.get("descriptionModule") or {}
    fields.add("abstract", str(described.get("briefSummary") or ""))
    fields.keep("detailedDescription", str(described.get("detailedDescription") or ""))
    status = protocol.get("statusModule") or {}
    dates = [(status.get(name) or {}).get("date") for name in ("startDateStruct", "studyFirstPostDateStruct")]
    fields.add("date", str(next(filter(None, (status.get("studyFirstSubmitDate"), *dates)), "")))
    fields.people = list(_people(protocol))
    for name in ("conditions", "keywords"):
        for one in (protocol.get("conditionsModule") or {}).get(name) or ():
            fields.add("keyword", str(one))
    for one in (protocol.get("armsInterventionsModule") or {}).get("interventions") or ():
        fields.add("keyword", str(one.get("name") or ""))
    for name, module in protocol.items():
        if name not in ("descriptionModule", "conditionsModule"):
            fields.keep(name, json.dumps(module, ensure_ascii=False))


def _people(protocol: Mapping[str, Any]) -> Iterator[Author]:
    """The investigators, then the sponsor."""
    for one in (protocol.get("contactsLocationsModule") or {}).get("overallOfficials") or ():
        if is_group(str(one.get("name") or "")):
            yield Author(str(one["name"]), collective=True)
            continue
        words = str(one.get("name") or "").split(",")[0].rsplit(" ", 1)
        if words[-1]:
            yield Author(words[-1], words[0] if len(words) == 2 else "")
    sponsor = (protocol.get("sponsorCollaboratorsModule") or {}).get("leadSponsor") or {}
    if sponsor.get("name"):
        yield Author(str(sponsor["name"]), collective=True)
