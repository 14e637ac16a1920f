/** Meanings that a column may be proposed to have. */
export type Guess =
  | 'key'
  | 'start'
  | 'answer'
  | 'end'
  | 'duration'
  | 'direction'
  | 'caller'
  | 'callee'
  | 'customer'
  | 'agent'
  | 'agent-id'
  | 'status'
  | 'file'
  | 'queue'
  | 'correlation'
  | 'comment';

/** Headings that vendors use, in the form of `foldedHeading`, the likeliest first. Sources: export columns in recorder facts 1.9 to 1.14; Swedish, German and French words for the rest. */
const headings: Readonly<Record<Guess, readonly string[]>> = {
  key: words(
    'recordingid callid interactionid contactid callrecordid uniqueid samtalsid inspelningsid sessionid segmentid conversationid globalcallid iinteractionid cvskey couplesid anrufid gesprachsid idappel id',
  ),
  start: words(
    'starttime start callstart startdatetime startdate calldate callstarttime recordingstarttime calldatetime dtinteractionlocalstarttime cvssdt starttid startzeit beginn datetime timestamp initiationtimestamp begin datum date tid debut dateheure',
  ),
  answer: words('answertime answer answered connecttime connectedtosystemtimestamp svarstid'),
  end: words('endtime end callend enddatetime stoptime stop enddate dtinteractionlocalstoptime cvsedt sluttid endzeit ende disconnecttimestamp fin'),
  duration: words(
    'duration durationseconds recordingdurationseconds length calllength talktime billsec seconds callduration langd varaktighet dauer duree biinteractionduration',
  ),
  direction: words('direction calldirection calltype riktning richtung sens cvsdir ticalldirectiontypeid'),
  caller: words(
    'caller callernumber fromphonenumber callingnumber callingpartynumber callingparty from fromnumber ani src source cli callingnr anumber fran avsandare anrufer von appelant cvsc01',
  ),
  callee: words(
    'callee calleenumber tophonenumber called callednumber calledpartynumber calledparty to tonumber dnis dst destination dialednumber finalcallednr bnumber till angerufener nach appele cvsc00',
  ),
  customer: words('customerphone customernumber customer phonenumber externalnumber phone kundnummer kunde'),
  agent: words('agentname agent username user employeename agentfirstname medarbetare handlaggare mitarbeiter nvcctiagentname owner'),
  'agent-id': words('agentid agentloginid agentlogin loginid userid agentextension iparticipantid'),
  status: words('exportstatus recorderstatus status recordingstatus'),
  file: words('file filename recordingfile path filepath recordingpath fil filnamn datei dateiname fichier cvslct vcarchivepath recording url'),
  queue: words('queue queuename skill service servicename campaign group ko'),
  correlation: words('globalinteractionid linkedid ucid sipcallid callidentifier vcpbxuniversalcallinteractionid'),
  comment: words('comment notes note disposition kommentar anteckning bemerkung'),
};

function words(list: string): readonly string[] {
  return list.split(' ');
}

/** Returns a heading in a form in which spellings of one name are equal: no case, no accents, letters and digits only. */
function foldedHeading(name: string): string {
  return name
    .normalize('NFD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '');
}

/** Returns how well a column matches a heading, 0 being best; null if it does not. A path of an XML or JSON value may match by its last part. */
function fitOf(name: string, heading: string): number | null {
  if (foldedHeading(name) === heading) return 0;
  return foldedHeading(name.slice(name.lastIndexOf('.') + 1)) === heading ? 1 : null;
}

/** Returns columns by what their headings say: for each guess the likeliest column, and each column at most once. */
export function guessByName(names: readonly string[]): Map<Guess, string> {
  const found = new Map<Guess, string>();
  const taken = new Set<string>();
  // The keys of a record of all guesses.
  const guesses = Object.keys(headings) as Guess[];
  const claims = guesses.flatMap((guess) =>
    headings[guess].flatMap((heading, rank) =>
      names.flatMap((name) => {
        const how = fitOf(name, heading);
        return how === null ? [] : [{ guess, name, rank: rank * 2 + how }];
      }),
    ),
  );
  for (const { guess, name } of claims.sort((a, b) => a.rank - b.rank)) {
    if (found.has(guess) || taken.has(name)) continue;
    found.set(guess, name);
    taken.add(name);
  }
  return found;
}
