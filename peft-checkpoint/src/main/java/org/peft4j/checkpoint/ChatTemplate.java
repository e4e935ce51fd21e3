package org.peft4j.checkpoint;

import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.peft4j.api.PeftException;

/**
 * A model's chat template: the part of Jinja that templates use, evaluated as transformers does.
 *
 * <p>A template comes with the model and isn't trusted: it has no access to anything but its arguments, and its length,
 * depth and number of steps are limited.
 */
final class ChatTemplate {
    private static final Pattern DATE_CODE = Pattern.compile("%(.)");
    private static final Map<String, String> DATE_FORMATS = Map.ofEntries(
            Map.entry("d", "dd"),
            Map.entry("b", "MMM"),
            Map.entry("B", "MMMM"),
            Map.entry("m", "MM"),
            Map.entry("Y", "yyyy"),
            Map.entry("y", "yy"),
            Map.entry("a", "EEE"),
            Map.entry("A", "EEEE"),
            Map.entry("j", "DDD"),
            Map.entry("H", "HH"),
            Map.entry("I", "hh"),
            Map.entry("M", "mm"),
            Map.entry("S", "ss"),
            Map.entry("p", "a"));

    private final JinjaNode root;
    private final String origin;
    private final int length;

    private ChatTemplate(JinjaNode root, String origin, int length) {
        this.root = root;
        this.length = length;
        this.origin = origin;
    }

    /** Parses a template that comes from {@code origin}; {@code bad-chat-template} if it can't be. */
    static ChatTemplate parse(String source, String origin) {
        try {
            return new ChatTemplate(JinjaParser.parse(source), origin, source.length());
        } catch (JinjaException e) {
            throw failed(origin, e);
        }
    }

    /** Renders; {@code specialTokens} are variables such as {@code bos_token}. */
    String render(List<ChatMessage> messages, boolean addGenerationPrompt, Map<String, String> specialTokens) {
        List<Object> plain = new ArrayList<>();
        for (ChatMessage message : messages) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("role", message.role());
            map.put("content", message.content());
            plain.add(map);
        }
        Map<String, Object> variables = new HashMap<>(specialTokens);
        variables.put("messages", plain);
        variables.put("add_generation_prompt", addGenerationPrompt);
        variables.put("tools", null);
        variables.put("documents", null);
        return render(variables);
    }

    String render(Map<String, Object> variables) {
        long given = variables.values().stream().mapToLong(ChatTemplate::length).sum();
        JinjaScope globals = JinjaScope.root(functions(), new JinjaBudget(length + given));
        JinjaScope scope = globals.child();
        variables.forEach(scope::set);
        StringBuilder out = new StringBuilder();
        try {
            root.render(scope, out);
        } catch (JinjaException e) {
            throw failed(origin, e);
        } catch (JinjaLoop.Signal e) {
            throw failed(origin, new JinjaException(e.getMessage()));
        }
        return out.toString();
    }

    /** Characters of a variable: of a text, or of all that a list or a map holds. */
    private static long length(Object value) {
        if (value instanceof List<?> list) {
            return list.stream().mapToLong(ChatTemplate::length).sum();
        }
        if (value instanceof Map<?, ?> map) {
            return map.values().stream().mapToLong(ChatTemplate::length).sum();
        }
        return value instanceof String text ? 16L + text.length() : 1;
    }

    private static PeftException failed(String origin, JinjaException e) {
        return e.raisedByTemplate()
                ? PeftException.of(
                        "chat-refused",
                        "The model's chat template refuses this conversation: " + e.getMessage(),
                        "Most templates want an optional system message, then user and assistant in turn.",
                        e)
                : PeftException.of(
                        "bad-chat-template",
                        "The chat template in " + origin + " can't be evaluated: " + e.getMessage() + ".",
                        "Write the prompts in the model's format yourself, as prompt and completion.",
                        e);
    }

    private static Map<String, Object> functions() {
        Map<String, Object> functions = new HashMap<>();
        functions.put("raise_exception", function((arguments, named) -> {
            throw new JinjaException(JinjaValues.text(arguments.get(0)), true);
        }));
        functions.put("namespace", function((arguments, named) -> new JinjaScope.Namespace(new HashMap<>(named))));
        functions.put("dict", function((arguments, named) -> new LinkedHashMap<Object, Object>(named)));
        functions.put("range", function((arguments, named) -> range(arguments)));
        functions.put(
                "strftime_now",
                function((arguments, named) ->
                        formatted(LocalDateTime.now(ZoneId.systemDefault()), JinjaStrings.string(arguments.get(0)))));
        return functions;
    }

    private static JinjaScope.Callable function(JinjaScope.Callable callable) {
        return callable;
    }

    private static List<Object> range(List<Object> arguments) {
        int first = JinjaArithmetic.toInt(arguments.get(0), 0);
        long start = arguments.size() > 1 ? first : 0;
        long stop = arguments.size() > 1 ? JinjaArithmetic.toInt(arguments.get(1), 0) : first;
        long step = arguments.size() > 2 ? JinjaArithmetic.toInt(arguments.get(2), 1) : 1;
        if (step == 0 || Math.abs((stop - start) / step) > 100_000) {
            throw new JinjaException("a range is too long or its step is 0");
        }
        List<Object> numbers = new ArrayList<>();
        for (long i = start; step > 0 ? i < stop : i > stop; i += step) {
            numbers.add(i);
        }
        return numbers;
    }

    /** Python's {@code strftime} for the codes that are the same everywhere. */
    static String formatted(LocalDateTime time, String format) {
        return DATE_CODE.matcher(format).replaceAll(match -> {
            String pattern = DATE_FORMATS.get(match.group(1));
            String text = match.group(1).equals("%")
                    ? "%"
                    : pattern == null
                            ? match.group()
                            : DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH)
                                    .format(time);
            return Matcher.quoteReplacement(text);
        });
    }
}
