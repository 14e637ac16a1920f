/** A meaning that a word in a heading may give its column. */
export type Concept =
  // Moments and lengths.
  | 'start'
  | 'answer'
  | 'end'
  | 'duration'
  | 'talk'
  | 'time'
  | 'date'
  | 'made'
  | 'utc'
  | 'seconds'
  | 'milliseconds'
  | 'minutes'
  // Participants.
  | 'caller'
  | 'callee'
  | 'from'
  | 'to'
  | 'source'
  | 'target'
  | 'agent'
  | 'customer'
  | 'extension'
  | 'phone'
  | 'number'
  | 'name'
  | 'first'
  | 'last'
  | 'login'
  // The row's subject.
  | 'call'
  | 'recording'
  | 'id'
  | 'counter'
  | 'group'
  | 'file'
  | 'path'
  | 'direction'
  | 'type'
  | 'queue'
  | 'status'
  | 'comment'
  // Words without meaning, and words which show that the column is about something else.
  | 'neutral'
  | 'aside';

/**
 * Words of headings by meaning, without accents and letter case. Languages: English, German, Swedish, Norwegian, Danish, Finnish, Dutch, French, Spanish,
 * Portuguese, Italian, Romanian, Polish, Czech, Slovak, Hungarian, Turkish, Russian, Ukrainian, Greek, Chinese, Japanese, Korean, Arabic, Hebrew; and names
 * that recorders and switches give to their own columns. `word*` also stands for inflected forms; `=word` counts only if it is the whole heading, or a whole
 * part of a path of names.
 */
export const headerLexicon: Readonly<Record<Concept, string>> = {
  start: `origination start started starts starting begin begins began beginning begun initiated initiation startzeit startzeitpunkt beginn anfang gestartet borjan start startad pabegynt begyndt
    startet alku alkoi alkamis* aloitus* aanvang gestart debut commence commencement demarrage inicio iniciada iniciado inicial comienzo comeco inizio iniziata iniziato avvio inceput* incepere*
    rozpoczec* rozpocz* poczatek poczatku zacat* zahaj* zaciat* kezd* baslangic* baslama* basladi начало начала начат* початок початку εναρξη εναρξης αρχη αρχης
    开始 起始 開始 시작 بداية البداية بدء התחלה תחילת`,
  answer: `answer answered connect connected connection pickup annahme angenommen verbunden svar svarad svarstid besvarad besvart besvaret vastattu vastaus* beantwoord opgenomen decroche
    decrochage reponse contestada contestado respuesta atendida atendimento resposta risposta raspuns odebran* odebrano prijat* prijet* fogad* yanit* cevap* ответ отвечен* соединен*
    απαντηση απαντησης 应答 接听 接通 応答 응답`,
  end: `end ended ends ending stop stopped stops finish finished hangup hungup disconnect disconnected release released completed until ende endzeit endzeitpunkt beendet schluss bis slut slutt fim slutad avslutad avsluttet afsluttet
    loppu* lopetus* paattym* paattyi einde beeindigd eindtijd fin finalizacion terminacion final finalizada finalizado termino termine fine conclusa terminata sfarsit* terminare zakonczen* zakoncz*
    koniec konca konec konce ukonc* veg vege befejez* bitis* bitti конец конца окончан* заверш* кінець кінця заверш* ληξη ληξης τελος τελους 结束 終了 結束 종료 نهاية النهاية انتهاء סיום סוף`,
  duration: `duration duraction dur length elapsed billsec billseconds dauer laenge lange langd varaktighet lengde varighet varighed laengde kesto pituus duur lengte duree longueur duracion duracao durata lunghezza
    dlugosc trwani* czastrwania delka dlzka trvani* hossz* idotartam sure suresi uzunluk длительност* продолжительност* тривал* διαρκεια διαρκειας 时长 時長 通话时长 通話時長 通話時間 録音時間 所要時間 통화시간
    samtalstid samtaletid opkaldstid taletid puheaika gesprachsdauer gesprachszeit gesprekstijd czasrozmowy doba konusmasuresi المدة مدة משך`,
  talk: `talk talking conversation billable billed`,
  time: `time times clock at tm timestamp ts stamp zeit uhrzeit zeitpunkt zeitstempel tid klokkeslett klockslag tidpunkt tidspunkt tidsstampel tidsstempel aika aikaleima kellonaika klo tijd tijdstip
    tijdstempel heure horodatage temps hora horas marcadetiempo tiempo tempo orario ora ore czas godzina godz znacznikczasu cas hodina ido idopont* idobelyeg timp saat saati zaman zamani время часы час ωρα ωρας
    时间 時間 時刻 时刻 日時 시간 시각 일시 وقت الوقت שעה שעת זמן`,
  date: `date day dt datetime calldate datum tag dato paiva paivamaara pvm dag jour fecha dia data giorno dzien ziua zi den datumu nap kelt tarih tarihi gun дата дату день ημερομηνια ημερομηνιας
    日期 日付 年月日 날짜 تاريخ التاريخ תאריך dateheure fechahora datahora dataora datetid datumtid datumzeit datumcas tarihsaat ημερομηνιαωρα`,
  made: `created creation inserted registered logged erstellt angelegt skapad opprettet oprettet luotu aangemaakt cree creee creado criado creato utworzon* vytvor* letrehoz* olusturma* создан* δημιουργ* 创建 作成 建立`,
  utc: `utc gmt zulu universal`,
  seconds: `seconds second sec secs s sekunden sekunde sek sekunder sekund sekuntia sekuntina sekunnit seconden secondes secondi segundos segundo seg secunde sekundy sekund* masodperc mp saniye sn сек секунд* δευτερολεπτα δευτ 秒 초`,
  milliseconds: `ms msec msecs millis milliseconds millisecond millisekunden millisekunder millisecondes milisegundos millisecondi milisekundy мс миллисекунд* 毫秒 ミリ秒`,
  minutes: `minutes minute min mins minuten minuter minutter minuutit minuti minutos minuty perc dakika минут* λεπτα 分钟 分`,
  caller: `caller callerid numera nummera numeroa numbera clid calling ani cli callingnumber callingparty callingpartynumber callinguserid originator originating originated anumber aparty a_number callernumber fromuser calleridnum calleridnumber
    anrufer anrufende* anrufernummer rufender absender uppringare avsandare anropande anummer ringer innringer opkalder soittaja soittava* beller bellende appelant emetteur llamante remitente
    emisor chamador chamadora originador chiamante mittente apelant* dzwoniac* nadawc* wolajac* volajic* volajuc* volajucvolajuci hivo hivofel hivoszam arayan вызывающ* звонящ* звонивш* инициатор аномер абонента
    καλων καλουντος καλουντα 主叫 呼出方 発信 発信者 発信元 発番号 発信番号 發話 發話方 발신 발신자 발신번호 المتصل מתקשר המתקשר`,
  callee: `callee called calledid numerb nummerb numerob numberb dialed dialled dnis ddi did dialledparty calledparty calledpartynumber finalcalledpartynumber finalcalledparty recipient receiver terminating bnumber bparty b_number calledno dialednumber callto touser
    angerufen* angerufener empfanger zielnummer gewahlt* uppringd mottagare bnummer oppringt mottaker modtager vastaanottaja kohde kohdenumero gebelde ontvanger
    appele destinataire composed compose destinatario llamado marcado discado chamado chamada_para chiamato selezionato apelat destinatar* odbiorc* wywolywan* docelow* wybran* volan* cil cilove cieloveci prijemc* hivott hivottszam celszam cimzett
    aranan вызываем* вызванн* принимающ* получател* адресат назначен* бномер καλουμενος καλουμενου καλουμενο προορισμος προορισμου κληθεις κληθεντος 被叫 接听方 着信 着信者 着信先 着番号 着信番号 宛先 受話 受話方 수신 수신자 수신번호 المستلم الوجهة יעד נמען הנמען`,
  source: `source src origin origen origem origine quelle kalla kilde bron zrodlo zdroj forras kaynak источник πηγη 来源`,
  target: `destination dest dst target destino destinazione destinatie ziel bestemming mal cel kohde hedef назначение προορισμος προορισμου 目的地`,
  from: `from =von =fran =fra =de =desde =da =van =z =od =от =откуда =από =kimden =from =mista =keltä =dela =kto =честота`,
  to: `to =nach =an =till =til =vers =para =a =naar =aan =do =komu =dokogo =la =catre =кому =куда =προς =kime =kenelle =minne =à`,
  agent: `agent agents agente agentul operator operators operateur operatore operatora operatoren operador operadora user username employee staff handler clerk dispatcher advisor representative attendant telecommunicator calltaker owner mitarbeiter mitarbeiterin bearbeiter sachbearbeiter
    benutzer anwender handlaggare medarbetare medarbeider medarbejder saksbehandler sagsbehandler anvandare bruker bruger asiakaspalvelija kasittelija tyontekija kayttaja medewerker gebruiker conseiller
    utilisateur collaborateur teleoperateur asesor usuario empleado atendente usuario utente addetto utilizator konsultant* pracownik* uzytkownik* uzivatel* pracovnik ugyintezo* ugynok* kezelo felhasznalo temsilci* musteritemsilcisi
    personel kullanici оператор* агент* сотрудник* менеджер* пользовател* χειριστ* εκπροσωπ* χρηστης υπαλληλος 坐席 座席 坐席工号 座席工号 工号 客服 员工 專員 オペレーター オペレータ 担当 担当者 エージェント 상담원 담당자 الوكيل الموظف נציג הנציג`,
  customer: `customer client contact remote external externalnumber patient subscriber kunde kundennummer kundnummer kund kunden asiakas klant klient* cliente zakaznik* ugyfel* musteri* клиент* πελατ* 客户 顧客 고객 العميل לקוח`,
  extension: `extension ext exten station nebenstelle durchwahl anknytning lokalnummer alaliittyma toestel poste interno anexo ramal wewnetrzn* linka klapka mellek dahili внутренн* εσωτερικο 分机 內線 内線 내선`,
  phone: `phone telephone telefon telefono telefone telefonnummer telefonnumer telefono tlf tel puhelin puhelinnumero telefoon telephonenumber phonenumber msisdn rufnummer телефон* τηλεφωνο τηλεφωνου 电话 電話 전화 telefoninumber telefonnr הטלפון`,
  number: `number num no nr nummer numero numeron numer numeru cislo cisla szam szama numar numarul numara numarasi номер номера αριθμος αριθμου 号码 号 番号 號碼 번호 رقم מספר address addr uri digits`,
  name: `name names namn navn nimi naam nom nombre nome nume nazwa jmeno meno nev neve isim adi ad имя фио название ονομα ονοματος 姓名 名称 名 氏名 이름 اسم שם display displayname`,
  first: `first firstname given vorname fornamn fornavn etunimi voornaam prenom imie krestni utonev`,
  last: `last lastname surname family nachname efternamn etternavn efternavn sukunimi achternaam apellido apellidos cognome nazwisko prijmeni vezeteknev soyad soyadi фамилия`,
  login: `login loginid userid username signin benutzername inloggning kayttajatunnus kullaniciadi логин`,
  call: `call calls phonecall interaction session conversation contact anruf anrufs anrufe gesprach gesprachs gespraches telefonat ruf samtal samtals samtalet anrop samtale samtalen anrops opkald opkalds puhelu puhelun gesprek oproep appel
    communication llamada llamadas chamada chamadas ligacao ligacoes chiamata chiamate telefonata apel apelului convorbire convorbirii rozmowa rozmowy polaczenie polaczenia hovor hovoru hivas hivasi
    beszelgetes cagri cagrinin arama gorusme gorusmenin звонок звонка вызов вызова вызовов разговор разговора дзвінок дзвінка κληση κλησης κλησεις συνομιλια 通话 呼叫 通話 コール 통화 호 مكالمة المكالمة שיחה השיחה cdr`,
  recording: `recording recordings record recorded rec monitor voicefile aufnahme aufzeichnung mitschnitt inspelning inspelnings opptak optagelse tallenne nauhoite nauhoitus aanhangsel opname enregistrement grabacion gravacao registrazione inregistrare
    nagranie nagrania nahravka nahravky zaznam felvetel hangfelvetel kayit запись записи аудиозапис* запис запису ηχογραφηση ηχογραφησης καταγραφη καταγραφης 录音 錄音 録音 녹음 녹취 تسجيل التسجيل הקלטה ההקלטה audio sound media voice segment medium`,
  id: `id ids identifier ident uuid guid uid key kennung schlussel identitet tunnus tunniste identifiant identificador identificativo identificatore identyfikator identifikator identificator azonosito kimlik kimligi идентификатор ід αναγνωριστικο κωδικος
    编号 標識 标识 流水号 識別子 식별자 معرف מזהה uniqueid sid inum ref reference referenz referens referencia`,
  counter: `=no =nr =lfdnr =lfd =rownum =row =line =index =pos =# =lp =poradi =sorszam =sira =序号 =连番 =連番 =번호 =№ =nummer =number =numero =numer =cislo sequence seq laufende lopnr lopnummer`,
  group: `master parent group linked linkedid global original related previous next root primary transfer transferred leg correlation ucid icid gcid universal conference`,
  file: `file filename files datei dateiname fil filnamn filnavn tiedosto tiedostonimi bestand bestandsnaam fichier nomfichier fichero archivo nombrearchivo arquivo nomearquivo ficheiro filenome nomefile fisier fisierul plik pliku nazwapliku soubor
    souboru subor suboru fajl fajlnev dosya dosyasi dosyaadi файл файла αρχειο αρχειου 文件 文件名 檔案 檔名 ファイル ファイル名 파일 파일명 ملف الملف קובץ הקובץ wav mp3 wavfile soundfile audiofile recordingfile`,
  path: `path filepath url link location uri pfad sokvag sti polku pad chemin ruta caminho percorso cale sciezka cesta utvonal yol путь διαδρομη 路径 路徑 パス 경로 folder directory`,
  direction: `direction dir inout richtung rufrichtung anrufrichtung riktning retning suunta richting sens direccion sentido direcao direzione directie directia kierunek smer irany yon yonu arama_yonu направлен* напрям* κατευθυνση κατευθυνσης 方向 呼叫方向 向き 区分 発着 発着区分 방향 الاتجاه כיוון bound`,
  type: `type kind art typ sort tyyppi tipo tip rodzaj druh tipus tur turu тип τυπος 类型 種別 類型 유형 نوع סוג`,
  queue: `queue skill service campaign team department trunk line group tenant ko warteschlange koryhma jono wachtrij file_attente cola fila coda coada kolejka fronta sor kuyruk очередь ουρα 队列 隊列 キュー 큐 dept abteilung avdelning osasto afdeling dzial oddeleni departman отдел τμημα 部门 部署`,
  status: `status state result disposition outcome ergebnis resultat tila tulos resultaat statut etat estado resultado stato esito stare wynik stav vysledek allapot eredmeny durum sonuc статус результат κατασταση αποτελεσμα 状态 狀態 状態 結果 상태 결과 termination cause hangupcause`,
  comment: `comment comments note notes remark remarks memo bemerkung kommentar notiz anmerkung anteckning merknad bemaerkning huomautus kommentti opmerking commentaire remarque comentario observacion observaciones nota observacao commento observatii uwagi komentarz poznamka megjegyzes
    aciklama notlar комментари* примечани* σχολι* 备注 備註 備考 메모 ملاحظات הערה הערות subject`,
  neutral: `the of des der die das den du la le les el los las do da dos della del dell di de van het av og and et y e i w u az ul lui pe o per by in is was και och und oraz es ve или и local lokal vcc nvc vc dtinteraction dt n str txt value column full total la kwh records items data results objects attributes calls party parties participant info details internal real full actual media
    の of- при at- cdrs urls`,
  aside: `ring ringing alert alerting wait waiting hold held wrap wrapup acw aftercall updated update modified changed lastmodified expiry expires expiration retention delete deleted deletion export exported print bill billing rate cost price charge amount size bytes port ip host server
    site country region city channel channels chan channeltype codec format version tariff currency priority frequency freq latitude longitude age birth klingel warte wartezeit vantetid kotid attente espera attesa oczekiwani* cekani* varakozas* bekleme ожидан* αναμον* 等待 振铃 保留 呼出 大小 rozmiar velikost meret
    boyut storlek storrelse koko grootte taille tamano tamanho dimensione размер μεγεθος groesse`,
};
