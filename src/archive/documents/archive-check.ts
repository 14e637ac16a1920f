import { pythonSignature } from './python-signature.ts';

/**
 * Text of check.py, which every archive contains. The program verifies the archive with Python and openssl, without longplay. Its messages are written for
 * readers who do not know longplay. It depends only on the formats that docs/reference/archive-format.md and docs/reference/log.md describe.
 */
export const archiveCheck = String.raw`#!/usr/bin/env python3
"""Checks this archive without longplay: python3 check.py [ARCHIVE] [--key NAME+ID+KEY] [--since CHECKPOINT]

Needs Python 3.7 or newer with its standard library, and openssl 3 for signatures. Writes nothing into the archive. Every bag that landed according to
the log must exist, must be the one that landed, and must contain the files of its manifests; the log must be complete and signed.
Prints a line for each fault; exit code 0: everything is OK, 1: at least one fault, 2: this is not an archive.

The holder of the signing key can rewrite everything. To detect that, give --key with the key, and --since with a copy of log/checkpoint, both from
another place."""
import sys

if not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
    del sys.path[0]  # A file hashlib.py beside this one must not replace Python's own.
import argparse, base64, hashlib, json, os, re, subprocess, tempfile

faults = 0
algorithms = {"sha256": "sha256", "sha512": "sha512", "sha3512": "sha3_512", "blake2b512": "blake2b"}


def fault(kind, place, why):
    global faults
    faults += 1
    print("".join(c if c.isprintable() else "?" for c in f"{kind} {place}: {why}"))


def read(path):
    """Reads a regular file; returns None, with a fault, if that fails. Links are not followed, except top-level folders of the archive."""
    try:
        link = through_link(path)
        if link:
            fault("ALTERED", os.path.relpath(path, top), f"{link} is a link")
            return None
        if not os.path.isfile(path):
            raise OSError("it is missing, or is not a regular file")
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        fault("MISSING" if not os.path.lexists(path) else "UNREADABLE", os.path.relpath(path, top), error.strerror or error)
        return None


def through_link(path):
    """Returns the first link in the path of a file, except top-level folders, which may be links to other disks."""
    parts = os.path.relpath(path, top).split(os.sep)
    if parts[0] == "..":
        return path if os.path.islink(path) else None
    at = [os.path.join(*parts[:n]) for n in range(1 if len(parts) == 1 else 2, len(parts) + 1)]
    return next((one for one in at if os.path.islink(os.path.join(top, one))), None)


def names(folder):
    try:
        return sorted(one for one in os.listdir(os.path.join(top, folder)) if not one.startswith(".longplay-") and one != "lost+found")
    except FileNotFoundError:
        return []
    except OSError as error:
        fault("UNEXPECTED" if isinstance(error, NotADirectoryError) else "UNREADABLE", folder, error.strerror)
        return []


def digests(path, wanted):
    """Digests a file by the given algorithms in one pass."""
    states = {one: hashlib.new(algorithms[one]) for one in wanted}
    with open(path, "rb") as file:
        for piece in iter(lambda: file.read(1 << 20), b""):
            for state in states.values():
                state.update(piece)
    return {one: state.hexdigest() for one, state in states.items()}


# ---- the log: c2sp.org/tlog-tiles, tlog-checkpoint, signed-note; the tree is that of RFC 6962

def bundle(index, width):
    """Returns the entries of a bundle, from the smallest file with as many as the checkpoint counts."""
    digits = str(index).zfill(-(-len(str(index)) // 3) * 3)
    groups = re.findall("...", digits)
    path = os.path.join(top, "log/tile/entries", *["x" + one for one in groups[:-1]], groups[-1])
    wide = [os.path.join(path + ".p", str(one)) for one in range(width, 256)] if width < 256 else []
    for file in wide + [path]:
        if not os.path.isfile(file):
            continue
        data, found = read(file) or b"", []
        while len(data) >= 2 and len(found) < width:
            size = int.from_bytes(data[:2], "big")
            found.append(data[2:2 + size])
            data = data[2 + size:]
        if len(found) == width:
            return found
    fault("MISSING", "log", f"entries {index * 256 + 1} to {index * 256 + width} are missing or truncated")
    return []


def sha256(data):
    return hashlib.sha256(data).digest()


def details_file(index):
    number = str(index).zfill(6)
    return f"log/details/{number[:-3]}/{number}.jsonl"


class Tree:
    """Grows leaf by leaf; keeps the roots of its perfect subtrees, the largest first."""

    def __init__(self):
        self.size, self.parts = 0, []

    def add(self, entry):
        self.size += 1
        self.parts.append(sha256(b"\0" + entry))
        for _ in range((self.size & -self.size).bit_length() - 1):
            right = self.parts.pop()
            self.parts.append(sha256(b"\1" + self.parts.pop() + right))

    def root(self):
        if not self.parts:
            return sha256(b"")
        root = self.parts[-1]
        for left in reversed(self.parts[:-1]):
            root = sha256(b"\1" + left + root)
        return root


${pythonSignature}def handed_over(old, entry):
    """Returns True if the previous key signed the change to this one."""
    text = "longplay key rotation\n" + "".join(f"{n}+{i}+{base64.b64encode(bytes([1]) + k).decode()}\n" for n, i, k in (old, parse_key(entry["key"])))
    return signed(text.encode(), decoded(entry.get("vouchedFor")), old)


class Log:
    """The state of the archive according to the entries, in order."""

    def __init__(self):
        self.keys, self.landed, self.announced, self.intended, self.files, self.plain = [], {}, {}, {}, {}, {}
        self.beside, self.gone, self.cases, self.kept, self.erasing, self.unfinished = (None, set()), [], {}, {}, set(), set()
        self.replaced, self.sealed = {}, set()

    def look_beside(self, number, kind, detail):
        """Notes an entry whose details (who and why, which may be erased) are missing or altered."""
        path = details_file((number - 1) // 256)
        if self.beside[0] != path:
            file = os.path.join(top, path)
            data = read(file) if os.path.lexists(file) else b""
            lines = (data or b"").split(b"\n")[:-1]
            if b"" in lines:
                fault("ALTERED", path, "an empty line is among the details, which longplay never writes")
            self.beside = (path, {self.digest_of(path, line) for line in lines})
        if detail["detailsSha256"] not in self.beside[1]:
            lasting = kind in ("hold-list", "retain-rules")
            self.gone.append((number, detail.get("who"), detail.get("of"), kind == "details-forgotten", lasting))

    def digest_of(self, path, line):
        """Returns the digest that entries have of a line. A line that was sealed later names the digest of the plain one, and an entry has its own."""
        own = sha256(line).hex()
        if b'"plain":"' not in line:
            return own
        try:
            plain = json.loads(line.decode()).get("plain")
        except (ValueError, AttributeError):
            return own
        if not re.fullmatch(r"[0-9a-f]{64}", str(plain)):
            return own
        self.replaced.setdefault(path, set()).add(own)
        return plain

    def forget(self, number, detail):
        """Removes details from the missing ones that an entry says were erased on purpose, or are known to be lost."""
        whose, first, last = detail.get("of"), detail["fromSeq"], min(detail["toSeq"], number - 1)
        keeps = detail.get("keepsErasures") is True and detail.get("lost") is not True

        def erased(seq, who, of, erasure, lasting):
            if lasting and first != last and detail.get("lost") is not True:
                return False
            about = whose is not None and whose == who if keeps and erasure else whose is None or whose in (who, of)
            return first <= seq <= last and about

        self.gone = [one for one in self.gone if not erased(*one)]

    def take(self, number, entry):
        kind, detail = entry["type"], entry["detail"]
        bag, size = detail.get("bag"), detail.get("size")
        tags = {one[11:].lower(): value for one, value in detail.items() if one.startswith("tagManifest")}
        if number == 1 and (kind != "archive-created" or detail.get("archive") != marker["id"]):
            fault("ALTERED", "log:1", "it does not begin with the creation of this archive: earlier entries are lost")
        if kind in ("log-shortened", "log-restarted"):
            fault("MISSING", f"log:{number}", "a run found that earlier entries were lost")
        if kind in ("archive-created", "log-restarted", "key-rotated", "key-replaced") and parse_key(str(detail.get("key"))):
            if self.keys and not (kind == "key-rotated" and handed_over(self.keys[-1][1], detail)):
                fault("UNSIGNED", f"log:{number}", "the key changed without a signature of the previous key")
            self.keys.append((number, parse_key(detail["key"])))
        if kind == "archive-created":
            self.plain["README.txt"] = [detail.get("readmeSha256")]
        if detail.get("markerSha256") or kind == "archive-created":
            # Sealing enters the next state of the file before it writes it.
            self.plain["longplay.json"] = self.plain.get("longplay.json", [])[-1:] + [detail.get("markerSha256")]
        if kind == "details-sealed":
            self.sealed.update(str(detail.get("lines")).split(" "))
        if detail.get("detailsSha256"):
            self.look_beside(number, kind, detail)
        if kind == "details-forgotten":
            self.forget(number, detail)
        if detail.get("verifierSha256"):
            self.plain.setdefault("check.py", []).append(detail["verifierSha256"])
        if kind == "bag-intended":
            self.intended[bag] = tags
        elif kind in ("bag-landed", "bag-withdrawn"):
            self.intended.pop(bag, None)
        if (kind == "erasure-intended" or (kind == "bag-intended" and detail.get("seals") is True)) and bag:
            self.erasing.add(bag)
        elif kind in ("bag-landed", "bag-withdrawn", "deleted"):
            self.erasing.discard(bag)
        if kind.endswith("-erased") and detail.get("request"):
            self.unfinished.add(detail["request"])
        elif kind == "erasure-executed":
            self.unfinished.discard(detail.get("request"))
        if kind in ("bag-landed", "bag-rehashed") and bag:
            self.landed[bag], self.announced[bag] = tags, []
        elif kind == "rehash-intended" and bag in self.landed:
            self.announced[bag].append(tags)
        elif kind == "rehash-withdrawn" and bag in self.landed:
            self.announced[bag] = [one for one in self.announced[bag] if detail.get("algorithm") not in one]
        elif kind == "deleted" and bag:
            self.landed.pop(bag, None)
        if kind in ("case-changed", "case-deleted", "case-messages") and re.fullmatch(r"\d{8}-[0-9a-f]{8}", str(detail.get("case"))):
            states, _ = self.cases.get(detail["case"], ([], False))
            if kind == "case-changed":
                states.append(detail.get("sha256"))
            self.cases[detail["case"]] = (states, kind == "case-deleted")
        if kind == "report-kept" and detail.get("page"):
            # A report in clear that was sealed.
            self.kept = {path: digest for path, digest in self.kept.items() if path.endswith(".age") or not path.startswith(f"reports/{detail.get('job')}/")}
        if kind == "report-kept" and re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", str(detail.get("job"))):
            for name, member in (("report.json", "sha256"), ("report.html", "pageSha256"), ("recordings.csv", "csvSha256"), ("recordings.jsonl", "linesSha256")):
                if detail.get(member):
                    self.kept[f"reports/{detail['job']}/{name}{'.age' if detail.get('page') else ''}"] = detail[member]
        if kind == "report-erased":
            self.kept = {path: digest for path, digest in self.kept.items() if not path.startswith(f"reports/{detail.get('job')}/")}
        if kind == "checkpoint-witnessed" and re.fullmatch(r"log/witness/\d{12}\.checkpoint", str(detail.get("file"))):
            self.kept[detail["file"]] = detail.get("sha256")
        if kind in ("checkpoint-stamped", "stamp-renewed", "evidence-rehashed") and isinstance(size, int):
            stem = f"log/stamps/{size:012d}"
            more = ((stem + (".tsr" if kind == "checkpoint-stamped" else ".ers"), "sha256"), (stem + ".checkpoint", "checkpointSha256"), (stem + ".ers", "evidenceSha256"), (f"{stem}.{detail.get('algorithm')}.digests", "listSha256"))
            self.files.update({path: detail[member] for path, member in more if detail.get(member)})


def check_log(options):
    """Reads the log, compares it with its signature and with every known checkpoint. Returns its state, and the key that signs."""
    found = parse_checkpoint(read(os.path.join(top, "log/checkpoint")))
    log, tree = Log(), Tree()
    others = [(f"log/{folder}/{one}", None) for folder in ("stamps", "witness") for one in names(f"log/{folder}") if one.endswith(".checkpoint")]
    if options.since is not None:
        others.append((options.since, options.since))
    known = [(name, parse_checkpoint(read(path or os.path.join(top, name)))) for name, path in others]
    roots, wanted = {}, {one[2] for _, one in known if one}
    if found is None:
        fault("MISSING", "log/checkpoint", "it is not a checkpoint: the end of the log is unknown")
        return log, None
    text, origin, size, root, _ = found
    for index in range(-(-size // 256)):
        entries = bundle(index, min(256, size - index * 256))
        if not entries:
            break
        for entry in entries:
            tree.add(entry)
            if tree.size in wanted:
                roots[tree.size] = tree.root()
            try:
                log.take(tree.size, json.loads(entry.decode()))
            except (ValueError, KeyError, TypeError, AttributeError):
                fault("ALTERED", f"log:{tree.size}", "it is not an entry")
    if origin != f"longplay/{marker['id']}":
        fault("FOREIGN", "log/checkpoint", "it belongs to another archive")
    if (tree.size, tree.root()) != (size, root):
        fault("ALTERED", "log", "the entries do not give the signed root")
    in_force = [key for number, key in log.keys if number <= size]
    key = in_force[-1] if in_force else None
    if key is None or not signed_by(found, key):
        fault("UNSIGNED", "log/checkpoint", "it is not signed with the key that the log names")
    if options.key is not None and (key is None or parse_key(options.key) != key):
        fault("UNSIGNED", "log/checkpoint", "the key of the log is not the one that was given with --key")
    for name, one in known:
        ours = one is not None and any(signed_by(one, other) for _, other in log.keys)
        if name == options.since and not ours:
            fault("FOREIGN", name, "it is not a checkpoint signed by a key of this log")
        elif one is not None and not ours and any(signature_of(one, other) is not None for _, other in log.keys):
            fault("ALTERED", name, "its signature does not match: it was changed after the key of the log signed it")
        elif one is not None and one[1] == origin and one[2] > size:
            fault("ROLLED BACK", "log", f"it has {size} entries, {name} counts {one[2]}" + ("" if ours else ", signed by a key that the log does not name"))
        elif ours and roots.get(one[2]) != one[3]:
            fault("ALTERED", "log", f"it does not continue the {one[2]} entries of {name}: it was rewritten")
    for path in sorted({details_file((number - 1) // 256) for number, *_ in log.gone}):
        lost = [number for number, *_ in log.gone if details_file((number - 1) // 256) == path]
        fault("ALTERED", path, f"the details of {len(lost)} entr{'y' if len(lost) == 1 else 'ies'}, the first is entry {lost[0]}, are missing or altered, and no entry says that they were erased")
    for path, stored in sorted(log.replaced.items()):
        if stored - log.sealed:
            fault("ALTERED", path, "there are sealed details that no entry names in place of those that it has")
    for path, digest in sorted(log.files.items()):
        data = read(os.path.join(top, path))
        if data is not None and sha256(data).hex() != digest:
            fault("ALTERED", path, "it differs from its entry in the log")
    return log, key


# ---- bags: BagIt 1.0 (RFC 8493)

def manifest(bag, name):
    """Returns the digests of a manifest by path."""
    lines = (read(os.path.join(top, bag, name)) or b"").decode("utf-8", "replace").split("\n")
    return {parts[1]: parts[0].lower() for parts in (line.split(None, 1) for line in lines) if len(parts) == 2}


def check_bag(bag, landed, announced):
    """Compares the tag manifests of a bag with the log, and all its files with its manifests. Returns its number of files."""
    folder = os.path.join(top, bag)
    unlisted = lambda error: fault("UNREADABLE", os.path.relpath(error.filename, top), error.strerror)
    listed = [(at, one) for at, folders, files in os.walk(folder, onerror=unlisted) for one in folders + files]
    paths = [os.path.join(at, one) for at, one in listed]
    inside = [os.path.relpath(path, folder) for path in paths if os.path.islink(path) or not os.path.isdir(path)]
    tags = [one for one in inside if re.fullmatch(r"tagmanifest-[a-z0-9]+\.txt", one)]
    allowed = [landed] + announced
    for one in sorted(set(tags) | {f"tagmanifest-{algorithm}.txt" for algorithm in landed}):
        algorithm, data = one[12:-4], read(os.path.join(folder, one))
        if data is None or not any(algorithm in each for each in allowed):
            if data is not None:
                fault("UNEXPECTED", f"{bag}/{one}", "the log does not name it")
        elif algorithm in algorithms and hashlib.new(algorithms[algorithm], data).hexdigest() not in [each.get(algorithm) for each in allowed]:
            fault("REPLACED", f"{bag}/{one}", "this is not the bag that landed: its digest differs from the log")
    expected = {}
    for one in sorted(tags + [one for one in inside if re.fullmatch(r"manifest-[a-z0-9]+\.txt", one)]):
        for path, digest in manifest(bag, one).items():
            expected.setdefault(path, {})[one.rsplit("-", 1)[1][:-4]] = digest
    for path in sorted(set(inside) - set(expected) - set(tags)):
        fault("UNEXPECTED", f"{bag}/{path}", "no manifest lists it")
    for path, wanted in sorted(expected.items()):
        file = os.path.join(folder, path)
        wanted = {one: digest for one, digest in wanted.items() if one in algorithms}
        if os.path.isabs(path) or ".." in path.split("/") or path not in inside:
            fault("MISSING", f"{bag}/{path}", "its manifest lists it, and it does not exist")
        elif os.path.islink(file) or not os.path.isfile(file):
            fault("ALTERED", f"{bag}/{path}", "it is not a regular file")
        else:
            try:
                if digests(file, wanted) != wanted:
                    fault("ALTERED", f"{bag}/{path}", "its digest differs from its manifest")
            except OSError as error:
                fault("UNREADABLE", f"{bag}/{path}", error.strerror)
    return len(inside)


# ---- cases and reports: the log has their digests

def check_file(path, wanted):
    """Compares a file with its SHA-256; links are not followed."""
    file = os.path.join(top, path)
    if not os.path.lexists(file):
        fault("MISSING", path, "the log names it, and it does not exist")
    elif through_link(file) or not os.path.isfile(file):
        fault("ALTERED", path, "it is not a regular file, or is reached by a link")
    else:
        try:
            if digests(file, ["sha256"]) != {"sha256": wanted}:
                fault("ALTERED", path, "it differs from its entry in the log")
        except OSError as error:
            fault("UNREADABLE", path, error.strerror)


def sha_of(*parts):
    """Returns the SHA-256 of a file, or None if it does not exist."""
    try:
        with open(os.path.join(top, *parts), "rb") as file:
            return sha256(file.read()).hex()
    except OSError:
        return None


def files_of_case(data):
    """Returns the files that a case.json names, with their SHA-256, and the folders of files that were erased."""
    case = json.loads(data.decode())
    named = [one for message in case.get("messages", []) for one in message["files"]] + [one["file"] for one in case.get("comparisons", [])]
    # A sealed case has its document in a file of its own.
    files = {one["path"]: one["sha256"] for one in named + ([case["document"]["file"]] if case.get("version") == 2 else [])}
    return files, case.get("erasedSets", [])


def check_case(folder, states, erasing):
    """Compares the newest state of a case with the log, and its messages with case.json."""
    path = os.path.join(top, folder)
    if not os.path.lexists(path):
        drafts = [one for one in (os.listdir(os.path.join(top, "cases")) if os.path.isdir(os.path.join(top, "cases")) else []) if one.startswith(".longplay-")]
        if states and any(sha_of("cases", one, "case.json") == states[-1] for one in drafts):
            print(f"Unfinished, no fault: {folder} was entered and is not in its place yet; it is being created, or its creation was interrupted.")
        else:
            fault("MISSING", folder, "it does not exist, and the log does not say that it was deleted")
        return
    data = read(os.path.join(path, "case.json"))
    if data is None:
        return
    if states and sha256(data).hex() != states[-1] and sha_of(folder, ".longplay-next-case.json") != states[-1]:
        fault("ALTERED", f"{folder}/case.json", "it differs from its last change in the log")
    try:
        files, erased = files_of_case(data)
    except (ValueError, KeyError, TypeError, AttributeError):
        fault("ALTERED", f"{folder}/case.json", "it is not a case")
        return
    try:
        with open(os.path.join(path, ".longplay-next-case.json"), "rb") as file:
            coming, _ = files_of_case(file.read())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        coming = {}
    for one, wanted in sorted(files.items()):
        if os.path.isabs(one) or ".." in one.split("/"):
            fault("ALTERED", f"{folder}/case.json", "it names a file outside of the case")
        else:
            check_file(f"{folder}/{one}", wanted)
    sealing = isinstance(marker.get("sealing"), dict) and marker["sealing"].get("stage") == "under-way"
    for at, folders, inside in os.walk(path):
        folders[:] = [one for one in folders if not one.startswith(".longplay-")]
        for one in [one for one in folders if os.path.islink(os.path.join(at, one))] + inside:
            name = os.path.relpath(os.path.join(at, one), path)
            if name not in files and re.fullmatch(r"case-[0-9a-f]{32}\.json\.age", name):
                print(f"No fault: {folder}/{name} is an earlier state of its case.")
            elif name not in files and coming.get(name) is not None and coming[name] == sha_of(folder, name):
                print(f"Unfinished, no fault: {folder}/{name} belongs to a change of its case that is under way or was interrupted.")
            elif name not in files and erasing and any(name.startswith(f"{one}/") for one in erased):
                print(f"Unfinished, no fault: {folder}/{name} is being erased; that run was interrupted.")
            elif name not in files and sealing and not re.fullmatch(r"case\.json|\.lock(\..*)?", name):
                print(f"Unfinished, no fault: {folder}/{name} is named by no case; the archive is being sealed.")
            elif name not in files and not one.startswith(".longplay-") and not re.fullmatch(r"case\.json|\.lock(\..*)?", name):
                fault("UNEXPECTED", f"{folder}/{name}", "its case does not name it")


def check_beside(log):
    """Checks cases, reports of imports and files signed by witnesses, as the log entered them."""
    for one in sorted(set(names("cases")) | set(log.cases)):
        folder, (states, deleted) = f"cases/{one}", log.cases.get(one, ([], False))
        if through_link(os.path.join(top, folder)) or not re.fullmatch(r"\d{8}-[0-9a-f]{8}", one):
            fault("UNEXPECTED", folder, "it is not a case")
        elif not deleted:
            if one not in log.cases:
                fault("UNEXPECTED", folder, "it is not in the log: no case of this archive has that id")
            elif not states:
                print(f"No fault: the log has no state of {folder}.")
            check_case(folder, states, bool(log.unfinished))
        elif os.path.lexists(os.path.join(top, folder)):
            print(f"No fault: {folder} was deleted according to the log, and still exists.")
    gone = set()
    for path, wanted in sorted(log.kept.items()):
        report = "/".join(path.split("/")[:2])
        if path.startswith("reports/") and not os.path.lexists(os.path.join(top, report)):
            gone.add(report)
        else:
            check_file(path, wanted)
    for report in sorted(gone):
        if not os.path.lexists(os.path.join(top, "jobs", report[8:])):
            print(f"No fault: {report} does not exist; reports may be deleted.")


def main():
    global top, marker
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", nargs="?", default=os.path.dirname(os.path.abspath(__file__)), help="folder with longplay.json; default: this one")
    parser.add_argument("--key", help="key that must have signed the log")
    parser.add_argument("--since", help="file with an older log/checkpoint that the log must continue")
    options = parser.parse_args()
    if "" in (options.key, options.since):
        parser.error("--key and --since need a value; an empty one would check nothing")
    top = os.path.abspath(options.archive)
    try:
        with open(os.path.join(top, "longplay.json"), encoding="utf-8") as file:
            marker = json.load(file)
        marker["id"] + ""
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"{top} is not an archive: longplay.json cannot be read: {error}", file=sys.stderr)
        return 2
    log, key = check_log(options)
    for name, known in log.plain.items():
        data = read(os.path.join(top, name))
        if data is not None and sha256(data).hex() not in known and known != [None]:
            fault("ALTERED", name, "it differs from its entry in the log")
    check_beside(log)
    linked = {year for year in names("bags") if os.path.islink(os.path.join(top, "bags", year))}
    for year in sorted(linked):
        fault("UNEXPECTED", f"bags/{year}", "it is a link instead of a year folder")
    there = {f"{year}/{one}" for year in names("bags") if year not in linked for one in names(f"bags/{year}")}
    files = well = 0
    for bag in sorted(there | set(log.landed)):
        before = faults
        if bag not in there and bag in log.erasing:
            print(f"Unfinished, no fault: bags/{bag} is being written again, without erased recordings or sealed; that run was interrupted.")
        elif bag not in there:
            fault("MISSING", f"bags/{bag}", "it landed according to the log, and does not exist")
        elif os.path.islink(os.path.join(top, "bags", bag)) or not os.path.isdir(os.path.join(top, "bags", bag)):
            fault("ALTERED", f"bags/{bag}", "it is not a folder")
        elif bag not in log.landed and bag not in log.intended:
            fault("UNEXPECTED", f"bags/{bag}", "it is not in the log: no import of this archive made it")
        else:
            files += check_bag(f"bags/{bag}", log.landed.get(bag) or log.intended[bag], log.announced.get(bag, []) + ([log.intended[bag]] if bag in log.erasing & set(log.intended) else []))
            well += faults == before and bag in log.landed
    for bag in sorted(set(log.intended) - log.erasing):
        print(f"Unfinished, no fault: bags/{bag} was announced and not entered as landed; its import is running, or was interrupted.")
    print(f"Bags that landed: {len(log.landed)}, OK: {well}, files read: {files}. The key of the log: " + ("none" if key is None else "+".join((key[0], key[1]))))
    print("Not checked: whether copies play, what time stamps prove (openssl ts -verify), catalog and viewer.")
    print("Everything that was checked is OK." if faults == 0 else f"FAULTS: {faults}")
    return 0 if faults == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
`;
