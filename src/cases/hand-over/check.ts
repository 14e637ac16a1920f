import { pythonSignature } from '../../archive/documents/python-signature.ts';

/**
 * Text of check.py, which every hand-over contains. The program checks the hand-over with Python and openssl, without longplay. It depends only on the formats
 * that docs/how-to/cases.md and docs/reference/log.md describe, and reports the same verdicts as `longplay case check`.
 */
export const handOverCheck = String.raw`#!/usr/bin/env python3
"""Checks a hand-over of a case without longplay: python3 check.py [FOLDER or ZIP] --key NAME+ID+KEY

Needs Python 3.7 or newer with its standard library, and openssl 3 for signatures. Writes nothing into the folder. The archive's log recorded the digest of what was handed
over. hand-over.tlog-proof contains that log entry and a checkpoint of the log, which is signed with the archive's key. Get the key from a source other than this folder.
Prints a line for each fault, then COMPLETE, LESS THAN WAS HANDED OVER, ALTERED or NOT PROVED. Exit code 0: COMPLETE, 1: any other result, 2: this is not a hand-over."""
import sys

if not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
    del sys.path[0]  # A file hashlib.py beside this one must not replace Python's own.
import argparse, base64, hashlib, hmac, json, os, re, subprocess, tempfile, zipfile

unlisted = ("hand-over.tlog-proof", "hand-over.custody.jsonl", "hand-over.tsr")
faults = 0


def fault(kind, place, why):
    global faults
    faults += 1
    print("".join(c if c.isprintable() else "?" for c in f"{kind} {place}: {why}"))


def sha256(data):
    return hashlib.sha256(data).digest()


${pythonSignature}class Bag:
    """The regular files of the bag: of a folder, or of the single top-level folder in a zip."""

    def __init__(self, path):
        self.zip = None if os.path.isdir(path) else zipfile.ZipFile(path)
        self.files = {}
        if self.zip is None:
            for at, folders, names in os.walk(path, onerror=self.unreadable):
                for one in names + [one for one in folders if os.path.islink(os.path.join(at, one))]:
                    file = os.path.join(at, one)
                    name = os.path.relpath(file, path).replace(os.sep, "/")
                    if os.path.islink(file) or not os.path.isfile(file):
                        fault("UNEXPECTED", name, "it is a link or another file that is not regular")
                    else:
                        self.files[name] = file
            return
        names = [one for one in self.zip.infolist() if not one.is_dir()]
        top = next((one.filename[:-9] for one in names if re.fullmatch(r"[^/]+/bagit\.txt", one.filename)), None)
        for one in names:
            if top is None or not one.filename.startswith(top):
                fault("UNEXPECTED", one.filename, "it is in the zip, but outside the bag")
            elif one.filename[len(top):] in self.files:
                fault("UNEXPECTED", one.filename, "the zip contains two files with this name")
            else:
                self.files[one.filename[len(top):]] = one

    def unreadable(self, error):
        fault("UNREADABLE", error.filename, error.strerror)

    def open(self, name):
        return open(self.files[name], "rb") if self.zip is None else self.zip.open(self.files[name])

    def read(self, name):
        """Returns the bytes of a file; None if it is missing."""
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
    """Returns True if the hash of the entry, combined with the given hashes, gives the root (RFC 9162 section 2.1.3.2)."""
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
    """Returns extra bytes, index, hashes and checkpoint of a tlog-proof; None if it is invalid."""
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
    """Returns the reason why a proof is not valid; None if the key signed a log that contains the entry."""
    _, index, hashes, checkpoint = proof
    if checkpoint is None or checkpoint[1] != key[0]:
        return "its checkpoint belongs to an archive with another key"
    if not signed_by(checkpoint, key):
        return "its checkpoint is not signed with the key"
    return None if leads_to(entry, index, checkpoint[2], hashes, checkpoint[3]) else "its hashes do not give the root hash of the checkpoint"


def hand_over(bag, key):
    """Returns number, log entry and checkpoint of the hand-over; None, with a fault, if its proof is missing or not valid."""
    proof = parse_proof(bag.read("hand-over.tlog-proof"))
    if proof is None:
        fault("NOT PROVED", "hand-over.tlog-proof", "it is missing or is not a proof: no signed record states what was handed over")
        return None
    why = proved(proof, key, proof[0])
    try:
        entry = json.loads(proof[0])
        detail = entry["detail"]
        if entry["type"] != "exported" or not isinstance(detail["case"], str) or not isinstance(detail["tagManifestSha256"], str):
            why = why or "the log entry that it proves does not record a hand-over"
    except (ValueError, KeyError, TypeError):
        why = why or "it does not contain a log entry"
    if why:
        fault("NOT PROVED", "hand-over.tlog-proof", why)
        return None
    return proof[1] + 1, entry, proof[3]


def check_files(bag):
    """Compares the files with the manifests of the bag. Returns the digest of each existing file by name."""
    found = {one: bag.digest(one) for one in sorted(bag.files)}
    listed = {}
    for name in ("tagmanifest-sha256.txt", "manifest-sha256.txt"):
        data = bag.read(name)
        if data is None:
            fault("MISSING", name, "this manifest is missing")
        for line in (data or b"").decode(errors="replace").split("\n"):
            if re.fullmatch(r"[0-9a-f]{64}  .+", line):
                listed[line[66:]] = line[:64]
    for name, wanted in listed.items():
        if name not in found:
            fault("MISSING", name, "a manifest lists it, but it is missing")
        elif found[name] != wanted:
            fault("ALTERED", name, "its digest differs from the one in the manifest")
    for name in found:
        if name not in listed and name not in unlisted and not re.fullmatch(r"tagmanifest-sha(256|512)\.txt", name):
            fault("UNEXPECTED", name, "no manifest lists it")
    return found


def counts(bag, detail):
    """Compares the numbers of recordings, messages and files with those handed over. Returns True if any are missing, and the ids of the recordings."""
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
            fault("LESS", f"data/{what}" if what != "files" else "data", f"only {there} of {wanted} {what} are in the bag")
        print(f"{what}: {there} in the bag, {wanted if isinstance(wanted, int) else 'unknown number'} handed over")
    return less, ids


def fits_commitment(data, key, commitment):
    """Returns True if a plain file is the one to which the log of a sealed archive commits."""
    return hmac.new(bytes.fromhex(key), sha256(data), "sha256").hexdigest() == commitment


def unlike(bag, folder, files, key):
    """Returns the reason why the files of a recording of a sealed archive are not those that its public.json commits to; None if they are."""
    for one in files:
        name = re.sub(r"\.age$", "", one["path"])
        data = bag.read(f"{folder}/{name}")
        if data is not None and not fits_commitment(data, key, one["commitment"]):
            return f"{name} is not the one that public.json commits to"
    return None


def check_recordings(bag, key, ids):
    """Checks the proofs of single recordings: they show which recordings are unchanged, even if the manifests were rewritten."""
    well = 0
    for one in sorted(ids):
        name = f"data/recordings/{one}/recording.json"
        document, data = bag.read(name), bag.read(f"data/recordings/{one}/proof.tlog-proof")
        if document is None or data is None:
            continue
        proof = parse_proof(data)
        why = "its proof cannot be read"
        if proof is not None:
            try:
                way = json.loads(proof[0])
                entry = json.loads(way["entry"])
                sealed = bag.read(f"data/recordings/{one}/public.json")
                leaf = "recording.json" if sealed is None else "public.json"
                line = f"{hashlib.sha256(document if sealed is None else sealed).hexdigest()}  data/{one}/{leaf}".encode()
                fits = way["leaves"] == entry["detail"]["recordingsLeaves"] and entry["type"] == "bag-landed" and leads_to(
                    line, way["index"], way["leaves"], [decoded(h) for h in way["hashes"]], bytes.fromhex(entry["detail"]["recordingsRoot"])
                )
                why = proved(proof, key, way["entry"].encode()) if fits else "it differs from the one that landed in the archive"
                if not why and sealed is not None:
                    why = unlike(bag, f"data/recordings/{one}", json.loads(sealed)["files"], (bag.read(f"data/recordings/{one}/commitment-key.txt") or b"").decode().strip())
            except (ValueError, KeyError, TypeError, AttributeError):
                why = "its proof is not the proof of a recording"
        if why:
            fault("ALTERED", name, why)
        else:
            well += 1
    print(f"recordings with a valid proof of their own: {well}")


def check_custody(bag, found, detail, checkpoint):
    """Compares custody.json, case.json and the messages with the log entries that are proved."""
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
        fault("ALTERED", "data/custody.json", "it is missing, or is not a list of entries")
        return
    well = 0
    for row in rows:
        row = row if isinstance(row, dict) else {}
        entry = entered.get(row.get("seq"))
        if entry is None:
            fault("ALTERED", "data/custody.json", f"entry {row.get('seq')} has no valid proof that it is in the log")
        elif any(entry[name] != row.get(name) for name in ("time", "type", "detail")):
            fault("ALTERED", "data/custody.json", f"entry {row.get('seq')} differs from the entry in the log")
        else:
            well += 1
    print(f"chain of custody: {well} of {len(rows)} entries are in the signed log")
    if detail.get("masked"):
        return
    own = [entered[seq] for seq in sorted(entered) if entered[seq]["detail"].get("case") == detail["case"]]
    states = [one["detail"].get("sha256") for one in own if one["type"] == "case-changed"]
    if "data/sealed-case.json" in found:
        check_sealed_case(bag, found, detail, states)
        return
    if states and not detail.get("reduced") and found.get("data/case.json") != states[-1]:
        fault("ALTERED", "data/case.json", "its digest differs from the one that the log recorded at the last change of the case")
    taken = {one["detail"].get("sha256") for one in own if one["type"] == "case-messages"}
    case = bag.json("data/case.json")
    for one in (case.get("messages") or []) if isinstance(case, dict) else []:
        name = "data/" + one["files"][0]["path"]
        if name in found and found[name] not in taken:
            fault("ALTERED", name, "its digest is not in the log entries about messages that were added to the case")


def check_sealed_case(bag, found, detail, states):
    """Compares case.json and the messages of a sealed archive with what its log has: digests of sealed files, and commitments to plain ones."""
    if states and found["data/sealed-case.json"] != states[-1]:
        fault("ALTERED", "data/sealed-case.json", "its digest differs from the one that the log recorded at the last change of the case")
    try:
        sealed, keys, case = (bag.json(f"data/{one}.json") for one in ("sealed-case", "commitment-keys", "case"))
        named = [] if detail.get("reduced") else [("case.json", "case.json", sealed["document"]["file"])]
        sets = {one["set"]: one["files"][0] for one in sealed["messages"]}
        named += [(one["files"][0]["path"], f"messages/{one['set']}", sets[one["set"]]) for one in case["messages"]]
        for path, cell, file in named:
            if f"data/{path}" in found and not fits_commitment(bag.read(f"data/{path}"), keys[cell], file["commitment"]):
                fault("ALTERED", f"data/{path}", "it is not the one to which the log commits")
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        fault("ALTERED", "data/sealed-case.json", "it, or data/commitment-keys.json, is not what it should be")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bag", nargs="?", default=os.path.dirname(os.path.abspath(__file__)), help="folder or zip of the hand-over; default: the folder of check.py")
    parser.add_argument("--key", required=True, help="key of the archive: NAME+ID+KEY, or a file that contains it; from a source other than the hand-over")
    parser.add_argument("--hand-over", dest="number", metavar="CASE/NUMBER", help="the hand-over that you expect: case and number, or the number alone; any other hand-over is reported as ALTERED")
    options = parser.parse_args()
    text = options.key
    if os.path.isfile(text):
        with open(text, encoding="utf-8", errors="replace") as file:
            text = file.read()
    key = parse_key(text)
    if key is None:
        parser.error("--key must be NAME+ID+KEY or a file that contains such a key")
    try:
        bag = Bag(options.bag)
    except (OSError, zipfile.BadZipFile) as error:
        print(f"{options.bag} is not a readable folder or zip: {error}", file=sys.stderr)
        return 2
    if "bagit.txt" not in bag.files:
        print(f"{options.bag} is not a bag: it has no bagit.txt", file=sys.stderr)
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
                fault("ALTERED", name, f"it differs from the one that was handed over: entry {number} of the log has another digest")
        check_custody(bag, found, detail, checkpoint)
        this = detail.get("handOver")
        if options.number is not None and options.number not in (str(this), f"{detail['case']}/{this}"):
            fault("ALTERED", "hand-over.tlog-proof", f"it is hand-over {this} of case {detail['case']}, not {options.number}")
        if not detail.get("masked"):
            check_recordings(bag, key, ids)
        print(f"Case {detail['case']} was handed over at {entry['time']} by the archive's clock: log entry {number} of the {checkpoint[2]} that the checkpoint covers.")
        print(f"This is hand-over {this} of the case. An older hand-over passes this check, too: compare the number with the one that you were told (--hand-over).")
        if detail.get("supplementTo"):
            print(f"This is a supplement to hand-over {detail['supplementTo']}, whose tagmanifest-sha256.txt has SHA-256 {detail.get('supplementToSha256', 'not in the log')}.")
        if detail.get("withheld"):
            print(f"Items withheld by review: {detail['withheld']}; data/withheld.csv lists them.")
        if detail.get("complete") is False:
            print("Files of the case were left out of this hand-over when it was made: see cover.txt.")
        if "hand-over.tsr" in bag.files:
            print("The time stamp hand-over.tsr was NOT checked: README.txt says how to check it.")
    verdict = "NOT PROVED" if not handed else "LESS THAN WAS HANDED OVER" if less else "ALTERED" if faults else "COMPLETE"
    print(f"{verdict}{f': {faults} fault' + 's' * (faults != 1) if faults else ': every file is unchanged since the hand-over'}")
    return 0 if verdict == "COMPLETE" else 1


if __name__ == "__main__":
    sys.exit(main())
`;
