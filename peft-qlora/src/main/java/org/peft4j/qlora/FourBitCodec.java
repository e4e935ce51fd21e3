package org.peft4j.qlora;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.peft4j.api.EncodedWeight;
import org.peft4j.api.MatrixSource;
import org.peft4j.api.RawTensor;
import org.peft4j.api.WeightCodec;

/**
 * Blocks of 64 elements in row-major order, each with its largest magnitude as scale and the nearest of 16 levels per element;
 * codes, scales and files are those of bitsandbytes.
 */
abstract sealed class FourBitCodec implements WeightCodec permits Nf4Codec, Fp4Codec {
    static final String STATE = "weight.quant_state.bitsandbytes__";
    private static final int TILE = 1 << 16;

    private final FourBitType type;
    private final boolean doubleQuantization;

    FourBitCodec(FourBitType type, boolean doubleQuantization) {
        this.type = type;
        this.doubleQuantization = doubleQuantization;
    }

    @Override
    public String name() {
        return type.label();
    }

    @Override
    public EncodedWeight encode(MatrixSource weight) {
        int cols = Math.toIntExact(weight.cols());
        int step = Math.max(1, TILE / cols);
        float[] tile = new float[Math.multiplyExact(step, cols)];
        BlockEncoder encoder = new BlockEncoder(type.codebook(), Math.multiplyExact(weight.rows(), weight.cols()));
        for (long first = 0; first < weight.rows(); first += step) {
            int count = (int) Math.min(step, weight.rows() - first);
            weight.read(first, count, tile, 0);
            encoder.add(tile, count * cols);
        }
        var codes = encoder.finish();
        Scales scales = doubleQuantization ? Scales.Coded.of(encoder.absmax()) : new Scales.Plain(encoder.absmax());
        return new FourBitWeight(
                weight.rows(), weight.cols(), type, type.codebook(), codes, scales, BlockEncoder.BLOCK);
    }

    @Override
    public boolean reads(Set<String> names) {
        return names.contains(STATE + type.label());
    }

    @Override
    public EncodedWeight restore(String layer, long rows, long cols, Map<String, RawTensor> tensors) {
        LayerTensors stored = new LayerTensors(layer, tensors);
        String state = stored.text(STATE + type.label());
        int block = Math.toIntExact(whole(stored, state, "blocksize"));
        List<Long> shape = shape(stored, state);
        if (!shape.equals(List.of(rows, cols))) {
            throw stored.broken(
                    "its quant_state says shape " + shape + ", where [" + rows + ", " + cols + "] is needed");
        }
        long elements = rows * cols;
        long blocks = (elements + block - 1) / block;
        Scales scales;
        if (stored.has("weight.absmax", "U8")) {
            int nestedBlock = Math.toIntExact(whole(stored, state, "nested_blocksize"));
            scales = new Scales.Coded(
                    stored.copied("weight.absmax", blocks),
                    stored.floats("weight.nested_absmax", (blocks + nestedBlock - 1) / nestedBlock),
                    (float) number(stored, state, "nested_offset"),
                    new Codebook(stored.floats("weight.nested_quant_map", 256)),
                    nestedBlock);
        } else {
            scales = new Scales.Plain(stored.floats("weight.absmax", blocks));
        }
        return new FourBitWeight(
                rows,
                cols,
                type,
                new Codebook(stored.floats("weight.quant_map", 16)),
                stored.codes("weight", "U8", (elements + 1) / 2),
                scales,
                block);
    }

    private static List<Long> shape(LayerTensors stored, String state) {
        Matcher matcher = Pattern.compile("\"shape\"\\s*:\\s*\\[([0-9, ]*)\\]").matcher(state);
        if (!matcher.find()) {
            throw stored.broken("its quant_state has no shape: " + state);
        }
        List<Long> shape = new ArrayList<>();
        for (String size : matcher.group(1).trim().split("\\s*,\\s*")) {
            shape.add(size.matches("[0-9]{1,18}") ? Long.parseLong(size) : -1);
        }
        return shape;
    }

    private static long whole(LayerTensors stored, String state, String key) {
        double value = number(stored, state, key);
        if (value < 1 || value > 1 << 20 || value != Math.rint(value)) {
            throw stored.broken("its quant_state says " + key + " " + value);
        }
        return (long) value;
    }

    /** A JSON object of plain entries: what bitsandbytes writes there. */
    private static double number(LayerTensors stored, String state, String key) {
        Matcher matcher = Pattern.compile("\"" + key + "\"\\s*:\\s*(-?[0-9.]+(?:[eE][-+]?[0-9]+)?)")
                .matcher(state);
        if (!matcher.find()) {
            throw stored.broken("its quant_state has no " + key + ": " + state);
        }
        try {
            return Double.parseDouble(matcher.group(1));
        } catch (NumberFormatException e) {
            throw stored.broken("its quant_state says " + key + " " + matcher.group(1));
        }
    }

    @Override
    public Map<String, Object> checkpointEntry(Iterable<String> skipped) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("_load_in_4bit", true);
        entry.put("_load_in_8bit", false);
        entry.put("bnb_4bit_compute_dtype", "float32");
        entry.put("bnb_4bit_quant_storage", "uint8");
        entry.put("bnb_4bit_quant_type", type.label());
        entry.put("bnb_4bit_use_double_quant", doubleQuantization);
        Int8Codec.putGeneral(entry, skipped);
        entry.put("load_in_4bit", true);
        entry.put("load_in_8bit", false);
        entry.put("quant_method", "bitsandbytes");
        return entry;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FourBitCodec that && type == that.type && doubleQuantization == that.doubleQuantization;
    }

    @Override
    public int hashCode() {
        return 31 * type.hashCode() + Boolean.hashCode(doubleQuantization);
    }
}
