package org.peft4j.api;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Documents one component of a settings record and gives its default.
 *
 * <p>A component may be of type {@code boolean, int, long, double, String}, an enum, {@link Targets}, a record of
 * settings, or a {@code List} or {@code Map} with {@code String} keys of those. In a configuration file its key is the
 * component's name in kebab-case: {@code targetModules} is {@code target-modules}.
 */
@Documented
@Target({ElementType.RECORD_COMPONENT, ElementType.FIELD})
@Retention(RetentionPolicy.RUNTIME)
public @interface Setting {
    /** What the setting does, its unit and range: one sentence. */
    String help();

    /**
     * The default, written as in a configuration file (YAML): {@code "8"}, {@code "[q_proj, v_proj]"}, {@code "{}"}.
     * The empty string means that there is none and the user has to give a value; {@code "''"} is the empty text.
     */
    String value() default "";
}
