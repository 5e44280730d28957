using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.DependencyInjection;

namespace Cierre.AspNetCore.Endpoints;

/// <summary>What a delegate may be that handles connections. What could never work is said when it is mapped, and not to the first client.</summary>
[RequiresUnreferencedCode("Looks at the delegate's parameters by reflection, as ASP.NET Core's own Map does.")]
[RequiresDynamicCode("Binds the delegate's parameters by reflection, as ASP.NET Core's own Map does.")]
internal sealed class DelegateRules(string pattern, Delegate handler, IServiceProvider services)
{
    private static readonly Type[] OfTheBody = [typeof(Stream), typeof(PipeReader), typeof(IFormFile), typeof(IFormFileCollection), typeof(IFormCollection)];

    private readonly NullabilityInfoContext _nullability = new();

    /// <exception cref="InvalidOperationException">The delegate returns a value, or a parameter cannot be bound.</exception>
    public void Check()
    {
        CheckReturn(handler.Method);
        foreach (ParameterInfo parameter in handler.Method.GetParameters())
            CheckParameter(parameter.Name, parameter.ParameterType, Attributes(parameter), parameter);
        RequestDelegateResult bound = Bind();
        if (bound.EndpointMetadata.Any(data => data is IAcceptsMetadata))
            throw Wrong("a parameter is read from the body of the request, and a handshake has none (RFC 6455 4.1)");
    }

    private void CheckReturn(MethodInfo method)
    {
        Type type = method.ReturnType;
        if (type == typeof(void) && method.GetCustomAttribute<AsyncStateMachineAttribute>() is not null)
        {
            throw Wrong("it is async and returns void, so nobody can tell when it ends; return Task");
        }

        if (type == typeof(void) || type == typeof(Task) || type == typeof(ValueTask)) return;
        throw Wrong($"it returns {NameOf(type)}, and behind the answer of a handshake there is nobody to take a value; return Task, ValueTask or nothing, " +
            $"and send what there is to say");
    }

    private void CheckParameter(string? name, Type type, object[] attributes, ICustomAttributeProvider source)
    {
        if (attributes.Any(data => data is AsParametersAttribute))
        {
            foreach ((string? part, Type partType, object[] partAttributes, ICustomAttributeProvider of) in Parts(type))
                CheckParameter(part, partType, partAttributes, of);
            return;
        }

        bool isService = attributes.Any(data => data is IFromServiceMetadata or FromKeyedServicesAttribute);
        if (!isService && (OfTheBody.Contains(type) || attributes.Any(data => data is IFromBodyMetadata or IFromFormMetadata)))
        {
            throw Wrong($"its parameter {NameOf(type)} {name} is read from the body of the request, and a handshake has none (RFC 6455 4.1); " +
                $"receive a message");
        }

        if (isService && !IsRegistered(type, attributes)
            && !IsOptional(source)) throw Wrong($"its parameter {NameOf(type)} {name} is a service that is not registered");
    }

    /// <summary>As the framework takes them: the parameters of the one constructor that has any, or else the properties that can be set.</summary>
    private static IEnumerable<(string? Name, Type Type, object[] Attributes, ICustomAttributeProvider Source)> Parts(Type type)
    {
        PropertyInfo[] properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance);
        return type.GetConstructors() is [var only] && only.GetParameters() is { Length: > 0 } parameters
            ? parameters.Select(parameter => (
                parameter.Name,
                parameter.ParameterType,
                (object[])[.. Attributes(parameter),
                    .. properties.Where(property => property.Name.Equals(parameter.Name, StringComparison.OrdinalIgnoreCase)).SelectMany(Attributes)],
                (ICustomAttributeProvider)parameter))
            : properties.Where(property => property.SetMethod is { IsPublic: true })
                .Select(property => ((string?)property.Name, property.PropertyType, Attributes(property), (ICustomAttributeProvider)property));
    }

    /// <summary>What cannot be told counts as registered: a container of the application's own need not say.</summary>
    private bool IsRegistered(Type type, object[] attributes)
    {
        if (attributes.OfType<FromKeyedServicesAttribute>().FirstOrDefault() is { } keyed)
        {
            return services.GetService<IServiceProviderIsKeyedService>()?.IsKeyedService(type, keyed.Key) ?? true;
        }

        return services.GetService<IServiceProviderIsService>()?.IsService(type) ?? true;
    }

    private bool IsOptional(ICustomAttributeProvider source) => source switch
    {
        ParameterInfo parameter => parameter.HasDefaultValue || _nullability.Create(parameter).ReadState == NullabilityState.Nullable,
        PropertyInfo property => _nullability.Create(property).WriteState == NullabilityState.Nullable,
        _ => false,
    };

    private RequestDelegateResult Bind()
    {
        try
        {
            return RequestDelegateFactory.Create(handler,
                new RequestDelegateFactoryOptions { ServiceProvider = services, DisableInferBodyFromParameters = true });
        }
        catch (Exception e) when (e is InvalidOperationException or NotSupportedException)
        {
            throw Wrong("its parameters cannot be bound; a handshake has no body, so what is no value of the request must be a registered service", e);
        }
    }

    private InvalidOperationException Wrong(string what, Exception? inner = null) =>
        new($"MapWebSocket(\"{pattern}\") cannot take this handler: {what}.{(inner is null ? "" : $" ASP.NET Core says: {inner.Message}")}", inner);

    private static object[] Attributes(ICustomAttributeProvider source) => source.GetCustomAttributes(inherit: true);

    private static string NameOf(Type type) =>
        type.IsGenericType ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>" : type.Name;
}
