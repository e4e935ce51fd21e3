@echo off
rem Starts peft from the directory it lies in. Environment: JAVA_HOME, PEFT_JAVA_OPTS, PEFT_PLUGINS.
setlocal
for %%I in ("%~dp0..") do set "PEFT_HOME=%%~fI"
set "JAVA=java"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java"
set "VERSION="
for /f "tokens=3" %%V in ('""%JAVA%" -version 2>&1" ^| findstr /i "version"') do if not defined VERSION set "VERSION=%%~V"
if not defined VERSION (
  echo error: peft needs Java 17 or later. Install one or set JAVA_HOME. 1>&2
  exit /b 2
)
for /f "tokens=1 delims=.-" %%V in ("%VERSION%") do set "MAJOR=%%V"
if %MAJOR% LSS 17 (
  echo error: peft needs Java 17 or later; this is %VERSION%. Set JAVA_HOME to a newer one. 1>&2
  exit /b 2
)
set "NATIVE="
if %MAJOR% GEQ 24 set "NATIVE=--enable-native-access=ALL-UNNAMED,org.bytedeco.javacpp,org.bytedeco.openblas,org.bytedeco.dnnl,org.bytedeco.opencl,org.peft4j.nd4j,ai.djl.tokenizers,com.sun.jna --sun-misc-unsafe-memory-access=allow"
set "GC=-XX:+UseSerialGC"
if defined PEFT_JAVA_OPTS (echo "%PEFT_JAVA_OPTS%" | findstr "GC" >nul && set "GC=")
set "VECTOR="
for %%C in (train compare compare-unit eval generate bench bench-generate logits doctor) do if "%~1"=="%%C" if defined JAVA_HOME (
  findstr /c:"jdk.incubator.vector" "%JAVA_HOME%\release" >nul 2>&1 && set "VECTOR=,jdk.incubator.vector"
)
set "MODULES=%PEFT_HOME%\lib"
set "PLUGINS=%PEFT_HOME%\plugins"
if defined PEFT_PLUGINS set "PLUGINS=%PLUGINS%;%PEFT_PLUGINS%"
"%JAVA%" -XX:MaxRAMPercentage=25 -Xms30m -Xmn10m -Xshare:auto %GC% %NATIVE% -Dorg.bytedeco.javacpp.maxbytes=0 -Dorg.bytedeco.javacpp.maxphysicalbytes=0 -Dai.djl.offline=true -Dorg.slf4j.simpleLogger.defaultLogLevel=error -Dslf4j.internal.verbosity=WARN "-Dpeft.plugins=%PLUGINS%" %PEFT_JAVA_OPTS% -p "%MODULES%" --add-modules ALL-MODULE-PATH,java.se%VECTOR% -m org.peft4j.cli/org.peft4j.cli.Main %*
exit /b %ERRORLEVEL%
