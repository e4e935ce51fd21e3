/** IA3 as a plugin. */
module org.example.ia3 {
    requires org.peft4j.api;

    exports org.example.ia3; // the settings

    provides org.peft4j.api.AdapterMethod with
            org.example.ia3.Ia3Method;
}
