package org.peft4j.data;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.stream.Stream;

/** SHA-256 of rows. */
final class Digest {
    private final MessageDigest sha256;

    private Digest() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    static String ofRows(DataSource source) {
        Digest digest = new Digest();
        try (Stream<DataRow> rows = source.rows()) {
            rows.forEach(r -> digest.add(r.text()));
        }
        return digest.hex();
    }

    private void add(RowText text) {
        if (text instanceof RowText.Completion row) {
            add(row.prompt());
            add(row.completion());
        } else if (text instanceof RowText.Plain row) {
            add(row.text());
        } else if (text instanceof RowText.Chat row) {
            row.messages().forEach(m -> {
                add(m.role());
                add(m.content());
            });
        }
    }

    /** The length goes first, so that "ab" + "c" differs from "a" + "bc". */
    private void add(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        sha256.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
        sha256.update(bytes);
    }

    private String hex() {
        return HexFormat.of().formatHex(sha256.digest());
    }
}
