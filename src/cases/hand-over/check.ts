import { pythonSignature } from '../../archive/documents/python-signature.ts';

/**
 * check.py of every hand-over: checks it without longplay, with Python and openssl. It relies only on the formats described in docs/how-to/cases.md and docs/reference/log.md, and reports what
 * `longplay case check` reports.
 */
export const handOverCheck = String.raw`#!/usr/bin/env python3
"""Checks a hand-over of a case without longplay: python3 check.py [FOLDER or ZIP] --key NAME+ID+KEY

Needs Python 3.7 or newer, nothing beside its standard library, and openssl 3 for the signature. Writes nothing into the folder. The log of the archive has the digest of what
was handed over; the proof of that entry is hand-over.tlog-proof, and the key of the archive, which must come from another source than this folder, has signed it.
Prints a line for each fault, then COMPLETE, LESS THAN WAS HANDED OVER, ALTERED or NOT PROVED; exit code 0 for COMPLETE, 1 for all else, 2: this is no hand-over."""
import sys

if not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
    del sys.path[0]  # A hashlib.py that somebody put beside this file is not the one of Python.
import argparse, base64, hashlib, json, os, re, subprocess, tempfile, zipfile

unlisted = ("hand-over.tlog-proof", "hand-over.custody.jsonl", "hand-over.tsr")
faults = 0


def fault(kind, place, why):
    global faults
    faults += 1
    print("".join(c if c.isprintable() else "?" for c in f"{kind} {place}: {why}"))


def sha256(data):
    return hashlib.sha256(data).digest()


${pythonSignature}class Bag:
    """The regular files of the bag, in a folder or in a zip below one top folder."""

    def __init__(self, path):
        self.zip = None if os.path.isdir(path) else zipfile.ZipFile(path)
        self.files = {}
        if self.zip is None:
            for at, folders, names in os.walk(path, onerror=self.unreadable):
                for one in names + [one for one in folders if os.path.islink(os.path.join(at, one))]:
                    file = os.path.join(at, one)
                    name = os.path.relpath(file, path).replace(os.sep, "/")
                    if os.path.islink(file) or not os.path.isfile(file):
                        fault("UNEXPECTED", name, "it is a link or another thing that is no regular file")
                    else:
                        self.files[name] = file
            return
        names = [one for one in self.zip.infolist() if not one.is_dir()]
        top = next((one.filename[:-9] for one in names if re.fullmatch(r"[^/]+/bagit\.txt", one.filename)), None)
        for one in names:
            if top is None or not one.filename.startswith(top):
                fault("UNEXPECTED", one.filename, "it lies in the zip beside the bag")
            elif one.filename[len(top):] in self.files:
                fault("UNEXPECTED", one.filename, "the zip holds two files of this name")
            else:
                self.files[one.filename[len(top):]] = one

    def unreadable(self, error):
        fault("UNREADABLE", error.filename, error.strerror)

    def open(self, name):
        return open(self.files[name], "rb") if self.zip is None else self.zip.open(self.files[name])

    def read(self, name):
        """Bytes of a file; None where it is not there."""
        if name not in self.files:
            return None
        with self.open(name) as file:
            return file.read()

    def json(self, name):
        try:
            return json.loads(self.read(name) or b"null")
        except ValueError:
            return None

    def digest(self, name):
        state = hashlib.sha256()
        try:
            with self.open(name) as file:
                for piece in iter(lambda: file.read(1 << 20), b""):
                    state.update(piece)
        except (OSError, zipfile.BadZipFile) as error:
            fault("UNREADABLE", name, error)
        return state.hexdigest()


def leads_to(entry, index, size, hashes, root):
    """RFC 9162 section 2.1.3.2: True where the hashes lead from the entry to the root."""
    if not 0 <= index < size:
        return False
    at, last, value = index, size - 1, sha256(b"\0" + entry)
    for one in hashes:
        if last == 0:
            return False
        if at % 2 or at == last:
            value = sha256(b"\1" + one + value)
            while at % 2 == 0 and at:
                at, last = at // 2, last // 2
        else:
            value = sha256(b"\1" + value + one)
        at, last = at // 2, last // 2
    return last == 0 and value == root


def parse_proof(data):
    """Extra bytes, index, hashes and checkpoint of a tlog-proof; None where it is none."""
    head, _, note = (data or b"").partition(b"\n\n")
    try:
        lines = head.decode().split("\n")
        extra = base64.b64decode(lines[1][6:], validate=True)
        hashes = [base64.b64decode(one, validate=True) for one in lines[3:]]
        fits = lines[0] == "c2sp.org/tlog-proof@v1" and lines[1].startswith("extra ") and lines[2].startswith("index ") and all(len(one) == 32 for one in hashes)
        return (extra, int(lines[2][6:]), hashes, parse_checkpoint(note)) if fits else None
    except (ValueError, IndexError):
        return None


def proved(proof, key, entry):
    """Why a proof proves nothing; None where the key has signed a log that has the entry."""
    _, index, hashes, checkpoint = proof
    if checkpoint is None or checkpoint[1] != key[0]:
        return "its checkpoint is not of the archive of this key"
    if not signed_by(checkpoint, key):
        return "the key did not sign its checkpoint"
    return None if leads_to(entry, index, checkpoint[2], hashes, checkpoint[3]) else "its hashes do not lead from the entry to the checkpoint"


def hand_over(bag, key):
    """The entry of the log that says what was handed over, and its checkpoint; None where no proof of it holds."""
    proof = parse_proof(bag.read("hand-over.tlog-proof"))
    if proof is None:
        fault("NOT PROVED", "hand-over.tlog-proof", "it is not there or is no proof: nothing signed says what was handed over")
        return None
    why = proved(proof, key, proof[0])
    try:
        entry = json.loads(proof[0])
        detail = entry["detail"]
        if entry["type"] != "exported" or not isinstance(detail["case"], str) or not isinstance(detail["tagManifestSha256"], str):
            why = why or "the entry that it proves is not that of a hand-over"
    except (ValueError, KeyError, TypeError):
        why = why or "it proves no entry of a log"
    if why:
        fault("NOT PROVED", "hand-over.tlog-proof", why)
        return None
    return proof[1] + 1, entry, proof[3]


def check_files(bag):
    """Files against the manifests in the bag. Digests of all that are there, by name."""
    found = {one: bag.digest(one) for one in sorted(bag.files)}
    listed = {}
    for name in ("tagmanifest-sha256.txt", "manifest-sha256.txt"):
        data = bag.read(name)
        if data is None:
            fault("MISSING", name, "it is not there")
        for line in (data or b"").decode(errors="replace").split("\n"):
            if re.fullmatch(r"[0-9a-f]{64}  .+", line):
                listed[line[66:]] = line[:64]
    for name, wanted in listed.items():
        if name not in found:
            fault("MISSING", name, "a manifest lists it, and it is not there")
        elif found[name] != wanted:
            fault("ALTERED", name, "its digest is not the one of its manifest")
    for name in found:
        if name not in listed and name not in unlisted and not re.fullmatch(r"tagmanifest-sha(256|512)\.txt", name):
            fault("UNEXPECTED", name, "no manifest lists it")
    return found


def counts(bag, detail):
    """What is there against what was handed over. True where it is less."""
    ids = {name.split("/")[2] for name in bag.files if re.match(r"data/recordings/[0-9a-f-]{36}/", name)}
    messages = 0
    for name in bag.files:
        if re.fullmatch(r"data/messages/\d+/messages(-masked)?\.json", name):
            value = bag.json(name)
            messages += len(value.get("messages") or []) if isinstance(value, dict) else 0
    less = False
    for what, there in (("recordings", len(ids)), ("messages", messages), ("files", sum(name not in unlisted for name in bag.files))):
        wanted = detail.get(what)
        if isinstance(wanted, int) and there < wanted:
            less = True
            fault("LESS", f"data/{what}" if what != "files" else "data", f"{there} of {wanted} {what} are there")
        print(f"{what}: {there} there, {wanted} handed over")
    return less, ids


def check_recordings(bag, key, ids):
    """Proofs of single recordings: they say which are as they were, also where the bag was made valid again."""
    well = 0
    for one in sorted(ids):
        name = f"data/recordings/{one}/recording.json"
        document, data = bag.read(name), bag.read(f"data/recordings/{one}/proof.tlog-proof")
        if document is None or data is None:
            continue
        proof = parse_proof(data)
        why = "its proof is none"
        if proof is not None:
            try:
                way = json.loads(proof[0])
                entry = json.loads(way["entry"])
                line = f"{hashlib.sha256(document).hexdigest()}  data/{one}/recording.json".encode()
                fits = way["leaves"] == entry["detail"]["recordingsLeaves"] and entry["type"] == "bag-landed" and leads_to(
                    line, way["index"], way["leaves"], [decoded(h) for h in way["hashes"]], bytes.fromhex(entry["detail"]["recordingsRoot"])
                )
                why = proved(proof, key, way["entry"].encode()) if fits else "it is not the one that landed in the archive"
            except (ValueError, KeyError, TypeError, AttributeError):
                why = "its proof is none of a recording"
        if why:
            fault("ALTERED", name, why)
        else:
            well += 1
    print(f"recordings: {well} with a proof of their own that holds")


def check_custody(bag, found, detail, checkpoint):
    """What custody.json, case.json and messages say against entries of the log that are proved."""
    entered = {}
    for line in (bag.read("hand-over.custody.jsonl") or b"").decode(errors="replace").split("\n"):
        try:
            one = json.loads(line)
            data = one["entry"].encode()
            if leads_to(data, one["index"], checkpoint[2], [decoded(h) for h in one["hashes"]], checkpoint[3]):
                entered[one["index"] + 1] = json.loads(data)
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
    rows = bag.json("data/custody.json")
    if not isinstance(rows, list):
        fault("ALTERED", "data/custody.json", "it is not there, or no list of entries")
        return
    well = 0
    for row in rows:
        row = row if isinstance(row, dict) else {}
        entry = entered.get(row.get("seq"))
        if entry is None:
            fault("ALTERED", "data/custody.json", f"no proof that holds shows entry {row.get('seq')} in the log")
        elif any(entry[name] != row.get(name) for name in ("time", "type", "detail")):
            fault("ALTERED", "data/custody.json", f"entry {row.get('seq')} reads otherwise in the log")
        else:
            well += 1
    print(f"custody: {well} of {len(rows)} entries are in the signed log")
    if detail.get("masked"):
        return
    own = [entered[seq] for seq in sorted(entered) if entered[seq]["detail"].get("case") == detail["case"]]
    states = [one["detail"].get("sha256") for one in own if one["type"] == "case-changed"]
    if states and not detail.get("reduced") and found.get("data/case.json") != states[-1]:
        fault("ALTERED", "data/case.json", "its digest is not the one that the log has of the last change of the case")
    taken = {one["detail"].get("sha256") for one in own if one["type"] == "case-messages"}
    case = bag.json("data/case.json")
    for one in (case.get("messages") or []) if isinstance(case, dict) else []:
        name = "data/" + one["files"][0]["path"]
        if name in found and found[name] not in taken:
            fault("ALTERED", name, "the log has no such digest of messages that were taken into the case")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bag", nargs="?", default=os.path.dirname(os.path.abspath(__file__)), help="folder or zip of the hand-over; default: the folder of this file")
    parser.add_argument("--key", required=True, help="key of the archive, NAME+ID+KEY or a file with it, from another source than the hand-over")
    parser.add_argument("--hand-over", dest="number", metavar="CASE/NUMBER", help="case and number of the hand-over that you were told, or its number alone; another one is ALTERED")
    options = parser.parse_args()
    text = options.key
    if os.path.isfile(text):
        with open(text, encoding="utf-8", errors="replace") as file:
            text = file.read()
    key = parse_key(text)
    if key is None:
        parser.error("--key is no key NAME+ID+KEY and no file with one")
    try:
        bag = Bag(options.bag)
    except (OSError, zipfile.BadZipFile) as error:
        print(f"{options.bag} is no folder and no zip that can be read: {error}", file=sys.stderr)
        return 2
    if "bagit.txt" not in bag.files:
        print(f"{options.bag} is no bag: bagit.txt is not there", file=sys.stderr)
        return 2
    handed = hand_over(bag, key)
    found = check_files(bag)
    less, ids = counts(bag, handed[1]["detail"] if handed else {})
    if handed:
        number, entry, checkpoint = handed
        detail = entry["detail"]
        other = bag.read("tagmanifest-sha512.txt")
        for name, wanted, there in (
            ("tagmanifest-sha256.txt", detail["tagManifestSha256"], found.get("tagmanifest-sha256.txt")),
            ("tagmanifest-sha512.txt", detail.get("tagManifestSha512"), other and hashlib.sha512(other).hexdigest()),
        ):
            if wanted and wanted != there:
                fault("ALTERED", name, f"it is not the one that was handed over: entry {number} of the log has another digest")
        check_custody(bag, found, detail, checkpoint)
        this = detail.get("handOver")
        if options.number is not None and options.number not in (str(this), f"{detail['case']}/{this}"):
            fault("ALTERED", "hand-over.tlog-proof", f"it is hand-over {this} of case {detail['case']}, and not {options.number}")
        if not detail.get("masked"):
            check_recordings(bag, key, ids)
        print(f"Handed over as entry {number} of the log, {entry['time']} by its clock, of case {detail['case']}; the checkpoint counts {checkpoint[2]} entries.")
        print(f"It is hand-over {this} of the case: the log knew no later one then. An older one is whole in itself: compare the number with the one that you were told (--hand-over).")
        if detail.get("supplementTo"):
            print(f"It is a supplement to hand-over {detail['supplementTo']}, whose tagmanifest-sha256.txt has SHA-256 {detail.get('supplementToSha256', 'not in the log')}.")
        if detail.get("withheld"):
            print(f"Withheld by review: {detail['withheld']} items, which data/withheld.csv lists.")
        if detail.get("complete") is False:
            print("When it was handed over files of the case were left out: cover.txt says which.")
        if "hand-over.tsr" in bag.files:
            print("hand-over.tsr is a time stamp that is not checked here: README.txt says how.")
    verdict = "NOT PROVED" if not handed else "LESS THAN WAS HANDED OVER" if less else "ALTERED" if faults else "COMPLETE"
    print(f"{verdict}{f': {faults} faults' if faults else ': every file is as it was handed over'}")
    return 0 if verdict == "COMPLETE" else 1


if __name__ == "__main__":
    sys.exit(main())
`;
