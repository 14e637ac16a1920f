import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.tsp.ArchiveTimeStamp;
import org.bouncycastle.asn1.tsp.ArchiveTimeStampChain;
import org.bouncycastle.asn1.tsp.EvidenceRecord;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.DigestCalculatorProvider;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.tsp.ers.ERSArchiveTimeStamp;
import org.bouncycastle.tsp.ers.ERSByteData;
import org.bouncycastle.tsp.ers.ERSData;
import org.bouncycastle.tsp.ers.ERSDataGroup;
import org.bouncycastle.tsp.ers.ERSEvidenceRecord;

/**
 * Judges an evidence record of RFC 4998 with Bouncy Castle: every stamp is signed, each of a chain covers the one before, the first of the last chain covers the
 * documents and all earlier chains. Arguments: the record, the present time in milliseconds, the documents. Prints the number of stamps, or throws.
 */
class EvidenceJudge {
    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        DigestCalculatorProvider digests = new JcaDigestCalculatorProviderBuilder().setProvider("BC").build();
        byte[] bytes = Files.readAllBytes(Path.of(arguments[0]));
        Date now = new Date(Long.parseLong(arguments[1]));
        List<ERSData> documents = new ArrayList<>();
        for (int i = 2; i < arguments.length; i++) documents.add(new ERSByteData(Files.readAllBytes(Path.of(arguments[i]))));
        int stamps = 0;
        for (ArchiveTimeStampChain chain : EvidenceRecord.getInstance(bytes).getArchiveTimeStampSequence().getArchiveTimeStampChains()) {
            ArchiveTimeStamp before = null;
            for (ArchiveTimeStamp stamp : chain.getArchiveTimestamps()) {
                ERSArchiveTimeStamp opened = new ERSArchiveTimeStamp(stamp, digests);
                opened.validate(new JcaSimpleSignerInfoVerifierBuilder().setProvider("BC").build(opened.getSigningCertificate()));
                if (before != null) opened.validatePresent(new ERSByteData(before.getTimeStamp().getEncoded(ASN1Encoding.DER)), now);
                before = stamp;
                stamps++;
            }
        }
        ERSEvidenceRecord record = new ERSEvidenceRecord(bytes, digests);
        for (ERSData document : documents) record.validatePresent(document, now);
        if (documents.size() > 1) record.validatePresent(new ERSDataGroup(documents), now);
        System.out.println(stamps);
    }
}
