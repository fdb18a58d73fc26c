package io.hearth.protocol;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What a person types on a new node: a secret that can be used once, and the beginning of the certificate authority's hash, by
 * which the node knows that it speaks to the right control plane before it trusts anyone.
 *
 * @param secret 20 characters of Crockford's base 32 (100 bits), without dashes
 * @param authority first 20 hexadecimal digits of the SHA-256 of the authority's certificate in DER
 */
public record JoinCode(String secret, String authority) {
    private static final Pattern SECRET = Pattern.compile("[0-9A-HJKMNP-TV-Z]{20}");
    private static final Pattern AUTHORITY = Pattern.compile("[0-9a-f]{20}");

    public JoinCode {
        if (!SECRET.matcher(secret).matches() || !AUTHORITY.matcher(authority).matches()) {
            throw new IllegalArgumentException(
                    "This is not a join code. It looks like"
                            + " ABCDE-FGHJK-MNPQR-STVWX.0123456789abcdef0123; copy it from the page Nodes of the control plane.");
        }
    }

    /** Reads what a person typed: dashes, blanks and case do not matter. */
    public static JoinCode parse(String text) {
        String[] parts = text.strip().replaceAll("[\\s-]", "").split("\\.", -1);
        if (parts.length != 2) {
            return new JoinCode("", "");
        }
        return new JoinCode(
                parts[0].toUpperCase(Locale.ROOT)
                        .replace('O', '0')
                        .replace('I', '1')
                        .replace('L', '1'),
                parts[1].toLowerCase(Locale.ROOT));
    }

    /** Whether a certificate is the authority that the code names. */
    public boolean names(X509Certificate certificate) {
        return authority.equals(fingerprint(certificate));
    }

    /** First 20 hexadecimal digits of the SHA-256 of a certificate. */
    public static String fingerprint(X509Certificate certificate) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
            return HexFormat.of().formatHex(Arrays.copyOf(hash, 10));
        } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** For a person: the secret in groups of five, a dot, the authority. */
    @Override
    public String toString() {
        return String.join("-", secret.split("(?<=\\G.{5})")) + "." + authority;
    }
}
